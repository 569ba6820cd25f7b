// How a process of a cache with a disk is killed, and what the disk has then.

import Exchange
import Glibc
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

extension DiskBackedCache {
  /// Ends the process as a kill does: what is on the disk is what the index had by its last commit, and
  /// segments with whatever was written to them, before or after.
  func kill() async throws {
    let (folder, flag) = (folder, Flag())
    // Between two turns of the writer.
    SharedLoops.group.storage[0].systemLane.post {
      Self.keep(folder)
      flag.raise()
    }
    await lane.wait { flag.isRaised }
    await stop()
    for name in ["index", "segments"] {
      TestFolder.remove("\(folder)/\(name)")
      let isMoved = unsafe rename("\(folder)/\(name).kept", "\(folder)/\(name)") == 0
      try #require(isMoved)
    }
  }

  /// The files of the folder as they are now; those that say who uses them are left out.
  private static func keep(_ folder: String) {
    for name in ["index", "segments"] { unsafe mkdir("\(folder)/\(name).kept", 0o700) }
    for name in TestFolder.list("\(folder)/segments") {
      unsafe link("\(folder)/segments/\(name)", "\(folder)/segments.kept/\(name)")
    }
    for name in TestFolder.list("\(folder)/index") where !name.contains("lock") {
      copy("\(folder)/index/\(name)", "\(folder)/index.kept/\(name)")
    }
  }

  private static func copy(_ source: String, _ target: String) {
    let from = unsafe open(source, O_RDONLY)
    let to = unsafe open(target, O_WRONLY | O_CREAT, 0o600)
    while sendfile(to, from, nil, 1 << 30) > 0 {}
    close(from)
    close(to)
  }

  // MARK: - Commits

  /// Puts a record of another zone behind all changes: once it is committed, so are they.
  func markChanges() {
    let end = WallTime(seconds: 1 << 40)
    process?.disk.put(
      DiskRecord(
        digest: DiskDigest(high: 1, low: 1), zone: ZoneID(high: 9, low: 9), selection: 0,
        sequence: 0,
        receivedWall: WallTime(seconds: 0), expiresWall: end, head: Bytes([1]), body: [Bytes([1])]),
      isWanted: true)
  }

  /// No record waits for its commit.
  var isSettled: Bool { process?.disk.figures?.pendingBytes == 0 }

  func settle() async { await lane.wait { isSettled } }

  // MARK: - Records

  /// What the disk has of a path that is not void.
  func records(_ path: String, at time: HeldTime) async -> [ModelRecord] {
    guard let process else { return [] }
    let key = CacheKey.bytes(
      zone: zone, scheme: .http, authority: Array("a.example".utf8), path: Array(path.utf8))
    guard let digest = process.disk.digest(of: CacheKey.targetSpan(of: key)) else { return [] }
    let selections = Guarded<[UInt64]>([])
    _ = await process.disk.find(digest, for: zone, on: lane, isCounted: false) { record in
      selections.withLock { $0.append(record.selection) }
      return false
    }
    var found: [ModelRecord] = []
    for selection in selections.withLock({ $0 }) {
      let record = await process.disk.find(digest, for: zone, on: lane, isCounted: false) {
        $0.selection == selection
      }
      if let record, let read = read(record, key, at: time) { found.append(read) }
    }
    return found
  }

  private func read(_ record: DiskRecord, _ key: [UInt8], at time: HeldTime) -> ModelRecord? {
    guard let tenant = process?.stage.tenant else { return nil }
    let times = RecordTimes(received: record.receivedWall, expires: record.expiresWall)
    let head = record.head.withSpan {
      RecordHead($0, of: CacheKey.identity(of: key), times, now: time.now, wall: time.wall)
    }
    guard let head = head?.head,
      tenant.verdict(since: record.sequence, key: key, tags: head.tags) != .void
    else { return nil }
    let fields = head.fields.fields
    return ModelRecord(
      status: Int(head.status), body: String(decoding: record.bodyArray, as: UTF8.self),
      control: fields.text(.cacheControl), etag: fields.text(.etag),
      lifetime: Int(head.freshness.lifetimeSeconds), receivedWall: Int(record.receivedWall.seconds),
      tags: Set(head.tags))
  }
}

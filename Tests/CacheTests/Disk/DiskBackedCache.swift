// A cache with a disk, process after process.

import Exchange
import HTTP
import Primitives
import Runtime
import Storage
import Testing

@testable import Cache

/// A cache of one zone on one loop, with records and purges that outlive its processes. Confined to the
/// loop of its lane.
final class DiskBackedCache: @unchecked Sendable {
  // Confined to the loop of its lane.
  let zone: ZoneID
  let folder: String
  let lane: Lane
  private let source: TestOrigin
  private let ramBytes: Int
  private let diskBytes: Int
  /// Whether what is in the kernel's memory is read within a request's job.
  private let isPrompt: Bool
  private var purges = ModelPurges()
  /// Nil between two processes.
  private(set) var process: Process?

  /// One process.
  struct Process {
    let shard: CacheShard
    let stage: CacheStage
    let disk: DiskCache
    fileprivate let group: CacheGroup
  }

  init(
    _ folder: String, zone: ZoneID, on lane: Lane, ramBytes: Int = 64 << 20,
    diskBytes: Int = 64 << 20, isPrompt: Bool = true, _ source: TestOrigin
  ) {
    self.isPrompt = isPrompt
    self.ramBytes = ramBytes
    self.diskBytes = diskBytes
    self.folder = folder
    self.zone = zone
    self.lane = lane
    self.source = source
  }

  /// Begins a process, whose clocks stand still.
  func start(at time: HeldTime) async throws {
    let thread = SharedLoops.group.storage[0]
    let disk = DiskCache(
      folder + "/index", files: try SegmentFolder(folder + "/segments"),
      DiskConfiguration(maximumBytes: diskBytes), writer: thread, readers: [thread],
      // However busy the machine is, what is read at once, and what is found at all, is no matter of time.
      loopReading: isPrompt ? .always : .never, findDuration: .seconds(60),
      report: { Issue.record("\($0)") })
    await lane.wait { disk.figures != nil }
    let group = CacheGroup(
      loops: [lane.loop], ramBytes: ramBytes, hash: KeyedHash(key0: zone.low, key1: 1),
      disk: CacheDisk(disk))
    let stage = CacheStage(
      zone: zone, policies: .standard, shard: group.shards[0], lane: lane, below: source)
    stage.tenant.load(purges.stored, wallTime: time.wall, at: time.now)
    group.shards[0].heldTime = time
    process = Process(shard: group.shards[0], stage: stage, disk: disk, group: group)
  }

  /// Ends it, when all was written.
  func stop() async {
    guard let process else { return }
    let flag = Flag()
    process.disk.close { flag.raise() }
    await lane.wait { flag.isRaised }
    self.process = nil
  }

  /// Puts a purge into force, if there is a process, and keeps it; its number.
  @discardableResult
  func purge(_ purge: Purge, at instant: Instant) -> UInt64 {
    purges.note(purge)
    process?.group.apply(purge, sequence: purges.sequence, to: zone, at: instant)
    return purges.sequence
  }

  /// Whether requests for a path do not wait for each other.
  func isMarked(_ path: String) -> Bool {
    guard let shard = process?.shard else { return false }
    let key = CacheKey.bytes(
      zone: zone, scheme: .http, authority: Array("a.example".utf8), path: Array(path.utf8))
    return shard.markers.isMarked(shard.hash.hash(key.span), at: shard.now)
  }

  /// One request to its end, and that of what it began.
  func send(_ method: String, _ path: String, _ fields: [(String, String)] = []) async -> Reply {
    guard let process else { preconditionFailure("no process") }
    let client = TestClient(method, path, fields, on: lane)
    client.begin(process.stage)
    // Those who fetch alone store a little after their client is done.
    await lane.wait {
      client.isDone && process.shard.flights.count == 0 && process.shard.inFlightBytes == 0
    }
    return client.reply
  }
}

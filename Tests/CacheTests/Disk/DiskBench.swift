// A store on a simulated disk, driven by hand.

import Primitives
import Storage
import Testing

@testable import Cache

/// A store with its writer on one thread, with a clock that stands still unless it is moved.
final class DiskBench {
  let disk: SimulatedDisk
  let folder: TestFolder
  let configuration: DiskConfiguration
  private(set) var store: DiskStore
  private(set) var writer: DiskWriter
  var now = Instant(nanoseconds: 1_000_000_000)
  var wall = WallTime(seconds: 1_800_000_000)
  let faults = FaultCounts()

  /// Counts faults by kind.
  final class FaultCounts: Sendable {
    let counts = Guarded<[DiskFault.Kind: Int]>([:])
    func note(_ fault: DiskFault) { counts.withLock { $0[fault.kind, default: 0] += 1 } }
    subscript(kind: DiskFault.Kind) -> Int { counts.withLock { $0[kind] ?? 0 } }
    var total: Int { counts.withLock { $0.values.reduce(0, +) } }
  }

  init(
    quotaBytes: Int = 64 << 20, segmentBytes: Int = 1 << 20, seed: UInt64 = 1,
    heir: (any RecordHeir)? = nil, judge: RecordJudgeReference = RecordJudgeReference()
  ) throws {
    disk = SimulatedDisk(seed: seed)
    folder = try TestFolder()
    configuration = DiskConfiguration(quotaBytes: quotaBytes, segmentBytes: segmentBytes)
    let faults = faults
    store = try DiskStore(
      folder.path + "/index", files: disk, configuration, heir: heir, judge: judge,
      report: { faults.note($0) })
    writer = DiskWriter(store)
  }

  deinit { store.index.environment.close() }

  /// Commits everything that waits, evictions included; false if the writer rests after a failure.
  @discardableResult func commit() -> Bool {
    while true {
      switch writer.turn(now: now, wall: wall) {
      case .again: continue
      case .idle:
        if store.pending.withLock({ $0.isEmpty }) || !writer.hasRoom { return true }
      case .rest: return false
      }
    }
  }

  /// Ends the process without a word, with or without the power.
  func restart(losesPower: Bool = true, quotaBytes: Int? = nil) throws {
    // LMDB's state is that of the last commit, however it is closed.
    store.index.environment.close()
    if losesPower { disk.lose() }
    let configuration = quotaBytes.map {
      DiskConfiguration(quotaBytes: $0, segmentBytes: self.configuration.segmentBytes)
    }
    let faults = faults
    store = try DiskStore(
      folder.path + "/index", files: disk, configuration ?? self.configuration,
      report: { faults.note($0) })
    writer = DiskWriter(store)
  }

  /// A record whose bytes follow from its digest, selection and version.
  func record(
    _ digest: UInt64, zone: UInt64 = 1, selection: UInt64 = 0, version: UInt64 = 1,
    bytes: Int = 1_000
  ) -> DiskRecord {
    var random = SplitMix64(seed: digest &* 31 &+ selection &* 7 &+ version &* 1_000_003)
    var body: [UInt8] = []
    while body.count < bytes {
      let start = Int(random.next() % UInt64(Self.noise.count / 2))
      body += Self.noise[start..<min(Self.noise.count, start + bytes - body.count)]
    }
    var pieces = [Bytes(body)]
    if bytes > 100 {
      pieces = [Bytes(Array(body[..<(bytes / 3)])), Bytes(Array(body[(bytes / 3)...]))]
    }
    return DiskRecord(
      digest: Self.digest(digest), zone: Self.zone(zone), selection: selection, sequence: version,
      receivedWall: wall, expiresWall: WallTime(seconds: wall.seconds + 3_600),
      head: Bytes(Array("head of \(digest) \(selection) \(version)".utf8)), body: pieces)
  }

  private static let noise: [UInt8] = {
    var random = SplitMix64(seed: 99)
    return (0..<65_536).map { _ in UInt8.random(in: 0...255, using: &random) }
  }()

  static func digest(_ number: UInt64) -> DiskDigest {
    var random = SplitMix64(seed: number)
    return DiskDigest(high: random.next(), low: random.next())
  }

  static func zone(_ number: UInt64) -> ZoneID { ZoneID(high: 7, low: number) }

  /// What is found of a digest, whatever its selection.
  func find(_ digest: UInt64, zone: UInt64 = 1) -> DiskRecord? {
    store.find(Self.digest(digest), for: Self.zone(zone)) { _ in true }
  }

  /// Puts a record that was asked for before, so that it is admitted.
  func fill(_ record: DiskRecord) {
    store.noteRequest(record.digest)
    store.noteRequest(record.digest)
    store.put(record)
  }
}

extension DiskRecord {
  var bodyArray: [UInt8] { body.reduce(into: []) { $0 += $1.array() } }

  /// Whether all of it is the same.
  func isSame(as other: DiskRecord) -> Bool {
    digest == other.digest && zone == other.zone && selection == other.selection
      && sequence == other.sequence && receivedWall == other.receivedWall
      && expiresWall == other.expiresWall && head.array() == other.head.array()
      && bodyArray == other.bodyArray
  }
}

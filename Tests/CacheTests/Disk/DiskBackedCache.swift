// A cache with a disk, process after process.

import Exchange
import HTTP
import Primitives
import Runtime
import Storage
import Testing

@testable import Cache

/// A cache of one zone, with requests on one loop, with records and purges that outlive its processes. Confined to the
/// loop of its lane.
final class DiskBackedCache: @unchecked Sendable {
  // Confined to the loop of its lane.
  let zone: ZoneID
  private let folder: String
  private let lane: Lane
  private let source: TestOrigin
  private let ramBytes: Int
  private let valve: Valve?
  private let diskBytes: Int
  private let loops: [EventLoop]
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
    valve: Valve? = nil, diskBytes: Int = 64 << 20, loops: [EventLoop]? = nil,
    _ source: TestOrigin
  ) {
    self.loops = loops ?? [lane.loop]
    self.diskBytes = diskBytes
    self.valve = valve
    self.ramBytes = ramBytes
    self.folder = folder
    self.zone = zone
    self.lane = lane
    self.source = source
  }

  /// Begins a process, whose clocks stand still.
  func start(at time: HeldTime) async throws {
    // Nobody else's tests are held up by a slow disk.
    let thread = SharedLoops.group.storage[valve == nil ? 0 : 2]
    let segments = try SegmentFolder(folder + "/segments")
    let disk = DiskCache(
      folder + "/index", files: valve.map { SlowFiles(segments, $0) } ?? segments,
      DiskConfiguration(maximumBytes: diskBytes), writer: thread, readers: [thread],
      // However busy the machine is, what is read at once is no matter of time.
      promptNanoseconds: .max, report: { Issue.record("\($0)") })
    await lane.wait { disk.figures != nil }
    let group = CacheGroup(
      loops: loops, ramBytes: ramBytes, hash: KeyedHash(key0: zone.low, key1: 1),
      disk: CacheDisk(disk))
    let shard = group.shards[loops.firstIndex { $0 === lane.loop } ?? 0]
    let stage = CacheStage(
      zone: zone, policies: .standard, shard: shard, lane: lane, below: source)
    stage.tenant.load(purges.stored, wallTime: time.wall, at: time.now)
    for shard in group.shards { shard.heldTime = time }
    process = Process(shard: shard, stage: stage, disk: disk, group: group)
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
    return shard.markers.isMarked(hash(path, at: shard), at: shard.now)
  }

  /// Whether the key of a path belongs to the loop of the requests.
  func owns(_ path: String) -> Bool {
    guard let shard = process?.shard else { return false }
    return shard.ownerIndex(hash(path, at: shard)) == shard.index
  }

  private func hash(_ path: String, at shard: CacheShard) -> UInt64 {
    let key = CacheKey.bytes(
      zone: zone, scheme: .http, authority: Array("a.example".utf8), path: Array(path.utf8))
    return shard.hash.hash(key.span)
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

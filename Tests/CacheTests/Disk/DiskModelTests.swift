// The store beside a naive dictionary: random operations, faults, power failures.

import Primitives
import Runtime
import Storage
import Testing

@testable import Cache

@Suite("Cache on disk against a dictionary")
struct DiskModelTests {
  static let operations = 100_000

  @Test(
    "without faults exactly what was put and committed is there, whatever happens",
    arguments: 0..<1 as Range<UInt64>)
  func exact(_ seed: UInt64) async throws {
    let result = try await Self.run(seed: seed, isExact: true)
    #expect(result.fault == nil)
    #expect(result.hits > 10_000)
    #expect(result.compared > 50_000)
  }

  @Test(
    "with faults, evictions and damage there is never a wrong byte and never what was void, and what they leave of what was committed is back after a power failure",
    arguments: 10..<12 as Range<UInt64>)
  func faulty(_ seed: UInt64) async throws {
    let result = try await Self.run(seed: seed, isExact: false)
    #expect(result.fault == nil)
    #expect(result.hits > 2_000)
    #expect(result.compared > 5_000)
    #expect(result.faults > 100)
  }

  /// What a run came to.
  private struct Outcome: Sendable {
    let fault: String?
    let hits: Int
    let compared: Int
    let faults: Int
  }

  /// Runs on a thread of its own, not on the loops that other tests wait for.
  private static func run(seed: UInt64, isExact: Bool) async throws -> Outcome {
    let result = await SharedLoops.run { _ in
      await SharedLoops.group.storage[1].perform { () -> Result<Outcome, any Error> in
        Result {
          let run = try DiskModelRun(seed: seed, isExact: isExact)
          let fault = try run.run(Self.operations)
          return Outcome(
            fault: fault, hits: run.hits, compared: run.compared, faults: run.bench.faults.total)
        }
      }
    }
    return try result.get()
  }
}

/// One sequence of operations.
final class DiskModelRun {
  let bench: DiskBench
  private(set) var hits = 0
  /// Objects that were committed before a power failure and compared after it.
  private(set) var compared = 0
  private let isExact: Bool
  private var random: SplitMix64
  private var version: UInt64 = 1
  /// What is there now, and what was at the last commit, by digest and selection.
  private var now: [Key: DiskRecord] = [:]
  private var committed: [Key: DiskRecord] = [:]
  /// Newest first, by digest; what is too many is not kept.
  private static let digests: UInt64 = 400

  /// What a record is replaced by.
  struct Key: Hashable {
    let digest: UInt64
    let selection: UInt64
  }

  init(seed: UInt64, isExact: Bool) throws {
    self.isExact = isExact
    random = SplitMix64(seed: seed)
    bench = try DiskBench(
      quotaBytes: isExact ? 1 << 40 : 2 << 20, segmentBytes: 128 << 10, seed: seed)
  }

  /// What went wrong first; nil if nothing did.
  func run(_ count: Int) throws -> String? {
    for number in 0..<count {
      if let fault = try step() { return "operation \(number): \(fault)" }
    }
    return commitAll() ?? checkAll()
  }

  private func step() throws -> String? {
    switch Int.random(in: 0..<1_000, using: &random) {
    case 0..<350: put()
    case 350..<850: return find(pick())
    case 850..<900: touch()
    case 900..<930: remove()
    case 930..<932: removeAll()
    case 932..<985: return commitAll()
    case 985..<987: return try restart()
    case 987..<988: return checkAll()
    case 988..<996: bench.wall = WallTime(seconds: bench.wall.seconds + pick(100))
    default: disturb()
    }
    return nil
  }

  private func put() {
    let digest = pick()
    let selection = UInt64.random(in: 0..<3, using: &random)
    version += 1
    let sizes = [0, 1, 50, 300, 1_000, 4_000, 20_000]
    let size = sizes[Int.random(in: 0..<sizes.count, using: &random)]
    let record = bench.record(
      digest, zone: zone(of: digest), selection: selection, version: version, bytes: size)
    now[Key(digest: digest, selection: selection)] = record
    bench.fill(record)
  }

  private func find(_ digest: UInt64) -> String? {
    let wanted = Bool.random(using: &random) ? UInt64.random(in: 0..<3, using: &random) : nil
    let owner = DiskBench.zone(zone(of: digest))
    func suits(_ record: DiskRecord) -> Bool {
      record.body.isEmpty && (wanted == nil || record.selection == wanted)
    }
    // What the kernel has in memory is the same as what is waited for.
    let finding = bench.store.read(
      DiskBench.digest(digest), for: owner, mayWait: false, suits: suits)
    let record =
      finding.isOpen
      ? bench.store.find(DiskBench.digest(digest), for: owner, suits: suits) : finding.record
    guard let found = record else {
      guard isExact else { return nil }
      let expected = (0..<3).contains { selection in
        (wanted == nil || selection == wanted)
          && now[Key(digest: digest, selection: selection)] != nil
      }
      return expected ? "\(digest) \(wanted.map { "\($0)" } ?? "any") is not found" : nil
    }
    hits += 1
    guard wanted == nil || found.selection == wanted else { return "it does not suit" }
    let expected = now[Key(digest: digest, selection: found.selection)]
    guard let expected else { return "\(digest) \(found.selection) is found, and is void" }
    guard found.isSame(as: expected) else {
      return "\(digest) \(found.selection) has version \(found.sequence), not \(expected.sequence)"
    }
    let others = bench.store.read(
      DiskBench.digest(digest), for: DiskBench.zone(zone(of: digest) ^ 64), mayWait: true,
      suits: { _ in true })
    if others.record != nil { return "\(digest) is given to another zone" }
    return nil
  }

  private func touch() {
    let digest = pick()
    let selection = UInt64.random(in: 0..<3, using: &random)
    version += 1
    let touch = DiskTouch(
      selection: selection, receivedWall: bench.wall,
      expiresWall: WallTime(seconds: bench.wall.seconds + 60), sequence: version)
    bench.store.touch(DiskBench.digest(digest), touch, of: DiskBench.zone(1))
    let key = Key(digest: digest, selection: selection)
    now[key]?.receivedWall = touch.receivedWall
    now[key]?.expiresWall = touch.expiresWall
    now[key]?.sequence = touch.sequence
  }

  private func remove() {
    let digest = pick()
    bench.store.remove(DiskBench.digest(digest), of: DiskBench.zone(1))
    for selection in 0..<3 as Range<UInt64> {
      now[Key(digest: digest, selection: selection)] = nil
    }
  }

  private func removeAll() {
    let zone = UInt64.random(in: 0..<4, using: &random)
    bench.store.removeAll(of: DiskBench.zone(zone))
    for key in now.keys where self.zone(of: key.digest) == zone { now[key] = nil }
  }

  /// After a fault a commit may fail; then it is tried again until it works.
  private func commitAll() -> String? {
    for _ in 0..<200 {
      if bench.commit() {
        committed = now
        return nil
      }
      bench.now = bench.now + DiskLimits.longestRest
    }
    return "nothing can be committed any more"
  }

  private func restart() throws -> String? {
    // Changes that were committed one by one, and not all, are committed now.
    if Bool.random(using: &random) { if let fault = commitAll() { return fault } }
    guard isExact || bench.store.pending.withLock({ $0.isEmpty }) else { return nil }
    // Faults, damage and evictions have taken some of what was committed: the rest must be back.
    let wanted = isExact ? committed : present()
    try bench.restart()
    now = committed
    compared += wanted.count
    for (key, record) in wanted where read(key)?.isSame(as: record) != true {
      return "\(key) was committed, and is not back"
    }
    return checkCounts()
  }

  /// What can be read while the disk does not fail.
  private func present() -> [Key: DiskRecord] {
    bench.disk.setFaults(.init())
    var present: [Key: DiskRecord] = [:]
    for key in now.keys { present[key] = read(key) }
    return present
  }

  private func read(_ key: Key) -> DiskRecord? {
    bench.store.find(DiskBench.digest(key.digest), for: DiskBench.zone(zone(of: key.digest))) {
      $0.selection == key.selection
    }
  }

  private func disturb() {
    guard !isExact else { return }
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<3: bench.disk.flip()
    case 3: if Int.random(in: 0..<10, using: &random) == 0 { bench.disk.truncate() }
    case 4: bench.disk.setFaults(.init(reading: 50))
    case 5: bench.disk.setFaults(.init(writing: 5, synchronising: 5, creating: 5))
    case 6: bench.disk.setFaults(.init(capacityBytes: 1_500_000))
    default: bench.disk.setFaults(.init())
    }
  }

  private func checkAll() -> String? {
    for digest in 0..<Self.digests {
      if let fault = find(digest) { return fault }
    }
    return checkCounts()
  }

  private func checkCounts() -> String? {
    guard isExact, bench.store.pending.withLock({ $0.isEmpty }) else { return nil }
    let counted = bench.store.figures.stored.objects
    let zones = bench.store.figures.zones.values.reduce(0) { $0 + $1.objects }
    return zones == now.count ? nil : "\(counted) are counted, \(zones) by zone, of \(now.count)"
  }

  private func pick() -> UInt64 { UInt64.random(in: 0..<Self.digests, using: &random) }
  private func pick(_ most: Int64) -> Int64 { Int64.random(in: 0...most, using: &random) }
  private func zone(of digest: UInt64) -> UInt64 { digest % 4 }
}

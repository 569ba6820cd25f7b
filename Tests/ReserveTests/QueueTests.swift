// What waits to be written, endpoints that fail, and names that are not there.

import Exchange
import Primitives
import Testing

@testable import Reserve

struct QueueTests {
  private static let wall = WallTime(seconds: 1_000)
  private static let now = Instant(nanoseconds: 1_000)

  private static func put(
    _ path: String, of zone: UInt64, bytes: Int = 100
  ) throws -> WriteJob {
    let id = ZoneID(high: 0, low: zone)
    let name = try #require(
      ObjectName(
        ReservedName(target: Array(path.utf8), identity: Array(path.utf8)), of: id, prefix: ""))
    let record = ReservedRecord(
      zone: id, sequence: 0, receivedWall: wall, expiresWall: wall, head: .empty,
      body: [Bytes([UInt8](repeating: 0, count: bytes))])
    return WriteJob(zone: id, target: name.targetPrefix, work: .put(record, name))
  }

  private func add(_ job: WriteJob, to queue: inout WriteQueue, isTaken: Bool) {
    let wasTaken = queue.add(job)
    #expect(wasTaken == isTaken)
  }

  private func expectNothing(_ queue: inout WriteQueue) {
    let next = queue.next(now: Self.now)
    #expect(next == nil)
  }

  private func take(_ queue: inout WriteQueue, now: Instant = Self.now) throws -> WriteJob {
    let next = queue.next(now: now)
    return try #require(next)
  }

  private func ask(_ health: inout EndpointHealth, _ now: Instant, isAdmitted: Bool = true) {
    let wasAdmitted = health.admits(now: now)
    #expect(wasAdmitted == isAdmitted)
  }

  @Test("zones have turns, however much one of them has") func turns() throws {
    var queue = WriteQueue()
    for index in 0..<10 { #expect(queue.add(try Self.put("/\(index)", of: 1))) }
    add(try Self.put("/a", of: 2), to: &queue, isTaken: true)
    let zones = (0..<4).compactMap { _ in queue.next(now: Self.now)?.zone.low }
    #expect(zones == [1, 2, 1, 1])
    queue.checkInvariants()
  }

  @Test("a zone has no more than it leaves for the others") func share() throws {
    var queue = WriteQueue()
    let half = ReserveLimits.waitingBytes / 2
    add(try Self.put("/a", of: 1, bytes: half), to: &queue, isTaken: true)
    add(try Self.put("/b", of: 1, bytes: 1_000), to: &queue, isTaken: false)
    add(try Self.put("/b", of: 2, bytes: half / 2), to: &queue, isTaken: true)
    add(try Self.put("/c", of: 2, bytes: 1_000), to: &queue, isTaken: false)
    let job = try take(&queue)
    queue.ended(job)
    add(try Self.put("/c", of: 1, bytes: 1_000), to: &queue, isTaken: true)
    queue.checkInvariants()
  }

  @Test("removals of any number of zones leave the places of what is to be written")
  func removals() throws {
    var queue = WriteQueue()
    for zone in 1...17 as ClosedRange<UInt64> {
      for number in 0..<ReserveLimits.waitingRemovals {
        queue.remove("\(zone)/\(number)", of: ZoneID(high: 0, low: zone))
      }
    }
    #expect(queue.count > ReserveLimits.waitingJobs)
    add(try Self.put("/a", of: 99), to: &queue, isTaken: true)
    queue.checkInvariants()
  }

  @Test("a removal takes what waits for its target, and comes after what is under way")
  func removal() throws {
    var queue = WriteQueue()
    let first = try Self.put("/a", of: 1)
    add(first, to: &queue, isTaken: true)
    let underWay = try take(&queue)
    add(try Self.put("/a", of: 1), to: &queue, isTaken: true)
    queue.remove(first.target, of: first.zone)
    #expect(queue.isRemoved(first.target, of: first.zone))
    expectNothing(&queue)
    queue.ended(underWay)
    let removal = try take(&queue)
    #expect(removal.isRemoval)
    queue.ended(removal, retryAt: Instant(nanoseconds: 5_000))
    #expect(queue.isRemoved(first.target, of: first.zone))
    expectNothing(&queue)
    #expect(queue.nextDue == Instant(nanoseconds: 5_000))
    let again = try take(&queue, now: Instant(nanoseconds: 5_000))
    queue.ended(again)
    #expect(!queue.isRemoved(first.target, of: first.zone))
    #expect(queue.count == 0 && queue.bytes == 0)
    queue.checkInvariants()
  }

  @Test("what waits to be put is found, the last of a name, and nothing that is removed")
  func waiting() throws {
    var queue = WriteQueue()
    let (old, new) = (try Self.put("/a", of: 1, bytes: 10), try Self.put("/a", of: 1, bytes: 20))
    guard case .put(_, let name) = old.work else { return }
    #expect(queue.waiting(name, of: old.zone) == nil)
    add(old, to: &queue, isTaken: true)
    add(try Self.put("/b", of: 1, bytes: 30), to: &queue, isTaken: true)
    add(new, to: &queue, isTaken: true)
    #expect(queue.waiting(name, of: old.zone)?.bodyBytes == 20)
    #expect(queue.waiting(name, of: ZoneID(high: 0, low: 2)) == nil)
    #expect(queue.isWritten(old.target, of: old.zone))
    queue.remove(old.target, of: old.zone)
    #expect(queue.waiting(name, of: old.zone) == nil)
    #expect(!queue.isWritten(old.target, of: old.zone))
    queue.checkInvariants()
  }

  @Test("an invalidation during a removal is another removal") func twice() throws {
    var queue = WriteQueue()
    let zone = ZoneID(high: 0, low: 1)
    queue.remove("t", of: zone)
    let first = try take(&queue)
    queue.remove("t", of: zone)
    queue.remove("t", of: zone)
    queue.ended(first)
    #expect(queue.isRemoved("t", of: zone))
    let second = try take(&queue)
    queue.ended(second)
    #expect(!queue.isRemoved("t", of: zone))
    queue.checkInvariants()
  }

  @Test("however jobs come, end and fail, sums hold, and no target is worked at twice at once")
  func model() throws {
    var random = SplitMix64(seed: 7)
    var queue = WriteQueue()
    var underWay: [WriteJob] = []
    var clock: UInt64 = 1
    for _ in 0..<20_000 {
      clock += 1
      let now = Instant(nanoseconds: clock)
      let (zone, target) = (random.next() % 3, random.next() % 20)
      let job = try Self.put("/\(target)", of: zone, bytes: Int(target) * 10)
      switch random.next() % 4 {
      case 0: _ = queue.add(job)
      case 1: queue.remove(job.target, of: job.zone)
      case 2 where underWay.count < 8:
        guard let next = queue.next(now: now) else { continue }
        #expect(next.due <= now && !underWay.contains { $0.target == next.target })
        underWay.append(next)
      default:
        guard let done = underWay.popLast() else { continue }
        let isAgain = done.isRemoval && random.next() % 2 == 0
        queue.ended(done, retryAt: isAgain ? Instant(nanoseconds: clock + 50) : nil)
      }
      queue.checkInvariants()
    }
    while let done = underWay.popLast() { queue.ended(done) }
    while let job = queue.next(now: .never) { queue.ended(job) }
    #expect(queue.count == 0 && queue.bytes == 0)
    #expect(!queue.isRemoved(try Self.put("/1", of: 1).target, of: ZoneID(high: 0, low: 1)))
  }

  @Test("a zone with too many removals is told so, and nothing of what waits is lost")
  func flood() {
    var queue = WriteQueue()
    let zone = ZoneID(high: 0, low: 1)
    for index in 0..<ReserveLimits.waitingRemovals {
      let isTaken = queue.remove("\(index)", of: zone)
      #expect(isTaken)
    }
    let isTaken = queue.remove("one more", of: zone)
    #expect(!isTaken)
    let isOthersTaken = queue.remove("one more", of: ZoneID(high: 0, low: 2))
    #expect(isOthersTaken)
    #expect(queue.count == ReserveLimits.waitingRemovals + 1)
    #expect(queue.removals(of: zone).count == ReserveLimits.waitingRemovals)
    queue.checkInvariants()
  }

  @Test("an endpoint that fails is left alone, for longer each time, and probed once")
  func health() {
    var health = EndpointHealth()
    var now = Instant(nanoseconds: 1)
    for _ in 0..<ReserveLimits.failuresBeforeRest {
      ask(&health, now)
      health.failed(now: now)
    }
    ask(&health, now, isAdmitted: false)
    #expect(health.isResting(now: now))
    // Failures of what was under way change nothing.
    health.failed(now: now)
    now = now + ReserveLimits.firstRest
    ask(&health, now)
    ask(&health, now, isAdmitted: false)
    health.failed(now: now)
    #expect(health.isResting(now: now + ReserveLimits.firstRest))
    now = now + ReserveLimits.firstRest * 2
    ask(&health, now)
    health.succeeded()
    ask(&health, now)
    ask(&health, now)
  }

  @Test("absent names are remembered for a while, unless they are written") func absence() throws {
    var table = AbsenceTable(slots: 16)
    let name = try #require(
      ObjectName(
        ReservedName(target: [1], identity: [1]), of: ZoneID(high: 0, low: 1), prefix: ""))
    #expect(!table.isAbsent(name, now: Self.now))
    table.note(name, now: Self.now)
    #expect(table.isAbsent(name, now: Self.now))
    #expect(!table.isAbsent(name, now: Self.now + ReserveLimits.absentDuration))
    table.forget(name)
    #expect(!table.isAbsent(name, now: Self.now))
  }

  @Test(
    "endpoints are read, and what is wrong with one is said",
    arguments: [
      ("https://s3.example.com", "https://s3.example.com"),
      ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
      ("https://[::1]:443", "https://[::1]"), ("http://Store:80", "http://store"),
      ("s3.example.com", nil), ("https://", nil), ("http://a:0", nil), ("http://a:x", nil),
      ("http://a/b", nil), ("http://u@a", nil), ("http://a b", nil), ("http://[x]:1", nil),
    ] as [(String, String?)])
  func endpoints(text: String, expected: String?) {
    var read: String?
    do throws(ReserveEndpoint.Fault) { read = try ReserveEndpoint(text).text } catch {
      #expect(!error.problem.isEmpty)
    }
    #expect(read == expected)
  }
}

// Whose alias is looked up next.

import DNS
import Primitives
import Testing

@testable import NameService

/// A queue that assertions may change.
private final class TestQueue {
  private var queue: AliasQueue

  init(places: Int = NameServiceLimits.aliasLookups) { queue = AliasQueue(places: places) }

  var count: Int { queue.count }
  var runningCount: Int { queue.runningCount }
  func add(_ question: AliasQuestion) -> Bool { queue.add(question) }
  func next() -> AliasQuestion? { queue.next() }

  func ended(_ question: AliasQuestion, wasAnswered: Bool) {
    queue.ended(question, wasAnswered: wasAnswered)
  }

  /// Zones of the look-ups that begin now.
  func zones() -> [UInt64] {
    var zones: [UInt64] = []
    while let question = queue.next() { zones.append(question.zone.low) }
    return zones
  }
}

@Suite("Alias look-ups in turn")
struct AliasQueueTests {
  private static func question(
    _ zone: UInt64, _ name: Int = 0, _ type: RecordType = .a
  ) -> AliasQuestion {
    AliasQuestion(
      zone: ZoneID(high: 0, low: zone), name: Messages.wire("n\(name).elsewhere"), type: type)
  }

  @Test("a name is looked up once, however often it is asked for, and again when that has ended")
  func once() {
    let queue = TestQueue()
    for _ in 0..<8 { #expect(queue.add(Self.question(1))) }
    #expect(queue.add(Self.question(1, 0, .aaaa)))
    #expect(queue.add(Self.question(2)))
    #expect(queue.count == 3)
    #expect(queue.next() == Self.question(1))
    #expect(queue.add(Self.question(1)) && queue.count == 3)
    queue.ended(Self.question(1), wasAnswered: true)
    #expect(queue.add(Self.question(1)) && queue.count == 3)
  }

  @Test("zones take turns, and one has eight look-ups at once at most") func turns() {
    let queue = TestQueue()
    for name in 0..<20 { #expect(queue.add(Self.question(1, name))) }
    for name in 0..<2 { #expect(queue.add(Self.question(2, name))) }
    #expect(queue.zones() == [1, 2, 1, 2] + Array(repeating: 1, count: 6))
    queue.ended(Self.question(2, 0), wasAnswered: true)
    #expect(queue.next() == nil)
    queue.ended(Self.question(1, 3), wasAnswered: true)
    #expect(queue.next() == Self.question(1, 8) && queue.next() == nil)
  }

  @Test("zones whose look-ups nobody answers have half of the places, and others the rest")
  func slowZones() {
    let queue = TestQueue(places: 8)
    for zone in 1...4 as ClosedRange<UInt64> {
      #expect(queue.add(Self.question(zone)))
      #expect(queue.next() == Self.question(zone))
      queue.ended(Self.question(zone), wasAnswered: false)
    }
    for zone in 1...4 as ClosedRange<UInt64> {
      for name in 0..<4 { #expect(queue.add(Self.question(zone, name))) }
    }
    #expect(queue.zones() == [1, 2, 3, 4])
    for name in 0..<6 { #expect(queue.add(Self.question(9, name))) }
    #expect(queue.zones() == [9, 9, 9, 9])
    #expect(queue.runningCount == 8)
    // Who was answered is not held to be slow any more.
    queue.ended(Self.question(1), wasAnswered: true)
    queue.ended(Self.question(2), wasAnswered: false)
    #expect(queue.zones() == [9, 9])
    queue.ended(Self.question(9), wasAnswered: true)
    queue.ended(Self.question(9, 1), wasAnswered: true)
    #expect(queue.zones() == [1, 1])
  }

  @Test("names of a zone that wait are bounded, and those of all") func bounds() {
    let queue = TestQueue()
    let perZone = NameServiceLimits.waitingAliasLookupsPerZone
    let added = (0..<perZone).allSatisfy { queue.add(Self.question(1, $0)) }
    #expect(added)
    #expect(!queue.add(Self.question(1, perZone)))
    #expect(queue.add(Self.question(1, 0)))
    // Others want as much as they can get, and still there is something for who comes later.
    var zone: UInt64 = 2
    while queue.count < NameServiceLimits.waitingAliasLookups {
      for name in 0..<perZone where !queue.add(Self.question(zone, name)) { break }
      zone += 1
    }
    let few = NameServiceLimits.aliasLookupsPerZone
    for name in 0..<few { #expect(queue.add(Self.question(zone, name))) }
    #expect(!queue.add(Self.question(zone, few)))
    while queue.count < NameServiceLimits.waitingAliasLookupsAtMost {
      zone += 1
      for name in 0..<few { _ = queue.add(Self.question(zone, name)) }
    }
    #expect(!queue.add(Self.question(zone + 1)))
  }

  @Test("any order of asking and ending leaves nothing behind") func everything() {
    var random = SplitMix64(seed: 7)
    let queue = TestQueue(places: 12)
    var running: [AliasQuestion] = []
    for _ in 0..<20_000 {
      switch random.next() % 3 {
      case 0: _ = queue.add(Self.question(random.next() % 9, Int(random.next() % 30)))
      case 1: if let question = queue.next() { running.append(question) }
      default:
        guard !running.isEmpty else { continue }
        let index = Int(random.next() % UInt64(running.count))
        queue.ended(running.remove(at: index), wasAnswered: random.next() % 2 == 0)
      }
      #expect(queue.runningCount == running.count && running.count <= 12)
      #expect(Set(running).count == running.count)
    }
    while queue.count > 0 {
      while let question = queue.next() { running.append(question) }
      guard let question = running.popLast() else {
        Issue.record("\(queue.count) wait for ever")
        return
      }
      queue.ended(question, wasAnswered: true)
    }
    #expect(running.isEmpty && queue.runningCount == 0)
  }
}

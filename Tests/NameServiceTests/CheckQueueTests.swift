// Whose check is made next.

import Primitives
import Testing

@testable import NameService

@Suite("CheckQueue")
struct CheckQueueTests {
  private static func zone(_ number: UInt64) -> ZoneID { ZoneID(high: 0, low: number) }

  @Test("zones take turns, and each has its checks in order") func turns() {
    var queue = CheckQueue(places: 256)
    for number in 0..<3 as Range<UInt64> {
      for zone in 1...3 as ClosedRange<UInt64> {
        queue.add(zone * 10 + number, of: Self.zone(zone))
      }
    }
    var begun: [UInt64] = []
    while let next = queue.next() { begun.append(next.number) }
    #expect(begun == [10, 20, 30, 11, 21, 31, 12, 22, 32])
    #expect(queue.runningCount == 9)
    for number in begun { queue.ended(Self.zone(number / 10)) }
    #expect(queue.runningCount == 0)
  }

  @Test("a zone alone has sixteen at once, and goes on with each that ends") func bound() {
    var queue = CheckQueue(places: 256)
    for number in 0..<40 as Range<UInt64> { queue.add(number, of: Self.zone(1)) }
    var begun = 0
    while queue.next() != nil { begun += 1 }
    #expect(begun == 16)
    for _ in 0..<24 {
      queue.ended(Self.zone(1))
      #expect(queue.next() != nil)
      #expect(queue.next() == nil)
    }
    for _ in 0..<16 { queue.ended(Self.zone(1)) }
    #expect(queue.next() == nil && queue.runningCount == 0)
  }

  @Test("zones whose checks all hang leave places for another one's") func fairness() {
    var queue = CheckQueue(places: 64)
    for zone in 1...20 as ClosedRange<UInt64> {
      for number in 0..<20 as Range<UInt64> { queue.add(number, of: Self.zone(zone)) }
    }
    while queue.next() != nil {}
    #expect(queue.runningCount < 64)
    queue.add(999, of: Self.zone(99))
    #expect(queue.next()?.number == 999)
  }

  @Test("never more than there are places, and every check has its turn") func places() {
    var generator = SystemRandomNumberGenerator()
    var queue = CheckQueue(places: 8)
    var waiting = Set<UInt64>()
    var running: [(zone: ZoneID, number: UInt64)] = []
    var last: UInt64 = 0
    for _ in 0..<5_000 {
      if Bool.random(using: &generator), waiting.count < 100 {
        last += 1
        queue.add(last, of: Self.zone(last % 7))
        waiting.insert(last)
      } else if let index = running.indices.randomElement(using: &generator) {
        queue.ended(running.remove(at: index).zone)
      }
      while let next = queue.next() {
        #expect(waiting.remove(next.number) != nil)
        running.append(next)
      }
      #expect(running.count <= 8 && queue.runningCount == running.count)
    }
    while let ended = running.popLast() {
      queue.ended(ended.zone)
      while let next = queue.next() {
        waiting.remove(next.number)
        running.append(next)
      }
    }
    #expect(waiting.isEmpty)
  }
}

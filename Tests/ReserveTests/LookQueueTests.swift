// Looks at the reserve, and their turns.

import Primitives
import Testing

@testable import Reserve

@Suite("Looks and their turns")
struct LookQueueTests {
  private static let half = ReserveLimits.readsPerLoop / 2

  private static func zone(_ number: UInt64) -> ZoneID { ZoneID(high: 0, low: number) }

  /// Asks so many times; the tickets of those that wait.
  private static func ask(_ queue: inout LookQueue, _ zone: UInt64, _ count: Int) -> [UInt64] {
    (0..<count).compactMap { _ in
      if case .waits(let ticket) = queue.ask(Self.zone(zone)) { ticket } else { nil }
    }
  }

  @Test("a zone alone has half of the places, and the others wait in their order") func order() {
    var queue = LookQueue()
    let waiting = Self.ask(&queue, 1, 1_000)
    #expect(queue.underWayCount == Self.half && waiting.count == 1_000 - Self.half)
    var begun: [UInt64] = []
    for _ in waiting { begun += queue.ended(Self.zone(1)) }
    #expect(begun == waiting)
    queue.checkInvariants()
    for _ in 0..<Self.half { begun += queue.ended(Self.zone(1)) }
    #expect(begun == waiting && queue.underWayCount == 0)
    queue.checkInvariants()
  }

  @Test("a zone that comes while another floods begins at once, and turns go round") func fair() {
    var queue = LookQueue()
    let flood = Self.ask(&queue, 1, 1_000)
    let late = Self.ask(&queue, 2, 13)
    #expect(late.count == 1, "it has half of what was left")
    var begun: [UInt64] = []
    for _ in 0..<4 { begun += queue.ended(Self.zone(2)) }
    #expect(begun.contains(late[0]))
    #expect(begun.filter { flood.contains($0) }.count <= 2)
    queue.checkInvariants()
  }

  @Test("too many that wait are refused, of each zone what it would take from the others")
  func bounds() {
    var queue = LookQueue()
    let first = Self.ask(&queue, 1, ReserveLimits.waitingLooks * 2)
    #expect(first.count == ReserveLimits.waitingLooks / 2)
    let refused = queue.ask(Self.zone(1))
    #expect(refused == .refused)
    let second = Self.ask(&queue, 2, ReserveLimits.waitingLooks)
    #expect(second.count == ReserveLimits.waitingLooks / 4)
    queue.checkInvariants()
  }

  @Test("who gives up leaves the turn to the next") func givingUp() {
    var queue = LookQueue()
    let waiting = Self.ask(&queue, 1, Self.half + 3)
    queue.gaveUp(waiting[1], of: Self.zone(1))
    queue.gaveUp(waiting[0], of: Self.zone(1))
    queue.checkInvariants()
    let begun = queue.ended(Self.zone(1))
    #expect(begun == [waiting[2]])
    queue.gaveUp(waiting[2], of: Self.zone(1))
    #expect(queue.underWayCount == Self.half, "it is under way already")
    let none = queue.ended(Self.zone(1))
    #expect(none.isEmpty && queue.waitingCount == 0)
    queue.checkInvariants()
  }

  @Test("however looks come, end and give up, sums hold and nobody waits beside a free place")
  func model() {
    var random = SplitMix64(seed: 11)
    var queue = LookQueue()
    var underWay: [UInt64] = []
    var waiting: [(ticket: UInt64, zone: UInt64)] = []
    for _ in 0..<20_000 {
      let zone = random.next() % 4
      switch random.next() % 5 {
      case 0, 1:
        switch queue.ask(Self.zone(zone)) {
        case .begun: underWay.append(zone)
        case .waits(let ticket): waiting.append((ticket, zone))
        case .refused: break
        }
      case 2 where !waiting.isEmpty:
        let one = waiting.remove(at: Int(random.next() % UInt64(waiting.count)))
        queue.gaveUp(one.ticket, of: Self.zone(one.zone))
      default:
        guard !underWay.isEmpty else { continue }
        let one = underWay.remove(at: Int(random.next() % UInt64(underWay.count)))
        for ticket in queue.ended(Self.zone(one)) {
          guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else {
            Issue.record("who gave up has a turn")
            continue
          }
          underWay.append(waiting.remove(at: index).zone)
        }
      }
      queue.checkInvariants()
      #expect(queue.underWayCount == underWay.count && queue.waitingCount == waiting.count)
    }
  }
}

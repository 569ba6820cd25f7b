// Deadlines near and far.

import Primitives
@testable import Runtime
import Testing

@Suite("The timer wheel")
struct TimerWheelTests {
  @Test("every deadline fires once, never early, in the order of ticks", arguments: [1, 2, 3])
  func model(seed: UInt64) async {
    let faults = await SharedRuntime.run { lane in
      var generator = SplitMix(state: seed)
      let start = Instant(nanoseconds: 5_000_000_000)
      var wheel = TimerWheel(now: start)
      var works: [(work: LoopWork, due: Instant)] = []
      var faults = 0
      var fired = 0
      var now = start
      for round in 0..<3_000 {
        if round < 1_000 {
          let work = LoopWork(on: lane)
          // Up to half a minute: far beyond one turn of the wheel.
          var due = now + .nanoseconds(Int64(generator.next() % 30_000_000_000))
          wheel.schedule(work, at: due)
          if generator.next() % 3 == 0 {
            due = now + .nanoseconds(Int64(generator.next() % 30_000_000_000))
            wheel.schedule(work, at: due)
          }
          works.append((work, due))
        }
        now = now + .nanoseconds(Int64(generator.next() % 40_000_000))
        while let work = wheel.popExpired(now: now) {
          fired += 1
          guard let index = works.firstIndex(where: { $0.work === work }) else {
            faults += 1
            continue
          }
          if works[index].due > now { faults += 1 }
          if now.nanoseconds(since: works[index].due) > 50_000_000 { faults += 1 }
          works.remove(at: index)
        }
      }
      return faults + works.count + (fired == 1_000 ? 0 : 1)
    }
    #expect(faults == 0)
  }

  @Test("what is moved to later while its tick is being dealt with fires later")
  func moved() async {
    let fired = await SharedRuntime.run { lane in
      let start = Instant(nanoseconds: 5_000_000_000)
      var wheel = TimerWheel(now: start)
      let works = (0..<4).map { _ in LoopWork(on: lane) }
      let due = start + .milliseconds(20)
      for work in works { wheel.schedule(work, at: due) }
      var fired: [Int] = []
      func pop(_ now: Instant) -> Int? {
        wheel.popExpired(now: now).flatMap { work in works.firstIndex { $0 === work } }
      }
      let now = due + .milliseconds(10)
      let first = pop(now) ?? -1
      let others = (0..<4).filter { $0 != first }
      wheel.schedule(works[others[0]], at: now + .seconds(9))
      wheel.remove(works[others[1]])
      fired.append(pop(now) == others[2] ? 1 : 0)
      fired.append(pop(now) == nil ? 1 : 0)
      fired.append(pop(now + .seconds(8)) == nil ? 1 : 0)
      fired.append(pop(now + .seconds(10)) == others[0] ? 1 : 0)
      fired.append(wheel.count == 0 ? 1 : 0)
      return fired
    }
    #expect(fired == [1, 1, 1, 1, 1])
  }
}

/// A small seeded generator (Steele, Lea and Flood, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

// The counter measured against the clock of the kernel.

@testable import Runtime
import Testing

@Suite("The processor's counter as time")
struct CPUClockTests {
  /// Two clocks of one machine on which each reading takes 200 ns, and somebody else has the core for 15 ms
  /// just before the reading of a given number.
  private final class Machine {
    private var nanoseconds: UInt64 = 7_000_000_000
    private var readings = 0
    private let pause: Int

    init(pauseBefore reading: Int) { pause = reading }

    func now() -> UInt64 {
      nanoseconds += readings == pause ? 15_000_000 : 200
      readings += 1
      return nanoseconds
    }

    /// A counter of 2.1 GHz.
    func ticks() -> UInt64 { now() * 21 / 10 }
  }

  @Test("who has the core while it is measured, at any instant, does not make it wrong")
  func preemption() {
    // 2 ms are 10,000 readings: the first and the last of them count.
    for pause in Array(0..<120) + Array(9_900..<10_220) {
      let machine = Machine(pauseBefore: pause)
      let clock = CPUClock(ticks: { machine.ticks() }, nanoseconds: { machine.now() })
      let ticks = clock.ticks(1_000_000_000)
      #expect(ticks.distance(to: 2_100_000_000).magnitude < 1_000_000, "paused before \(pause)")
      let nanoseconds = clock.nanoseconds(2_100_000_000)
      #expect(nanoseconds.distance(to: 1_000_000_000).magnitude < 500_000, "paused before \(pause)")
    }
  }
}

// Charges and the CPU time that the kernel counts.

import Primitives
@testable import Runtime
import Testing

@Suite("What is charged is what was used")
struct ChargeAuditTests {
  private let clock = CPUClock.shared

  private func ticks(_ microseconds: UInt64) -> UInt64 { clock.ticks(microseconds * 1_000) }

  @Test("time in which another process had the core is taken back from the job that it hit")
  func preemption() {
    var audit = ChargeAudit(ticks: 0, cpuNanoseconds: 0)
    let uncharged = audit.check(ticks: ticks(3_100), cpuNanoseconds: 100_000, clock: clock)
    let charged = audit.corrected(ticks(3_100), isChecked: true)
    #expect(uncharged == 0)
    #expect(charged.distance(to: ticks(100)).magnitude < ticks(5))
    #expect(audit.excessTicks == 0)
  }

  @Test("small excess is taken back from the jobs that follow, three quarters of each at most")
  func smallExcess() {
    var audit = ChargeAudit(ticks: 0, cpuNanoseconds: 0)
    _ = audit.check(ticks: ticks(4_000), cpuNanoseconds: 3_900_000, clock: clock)
    #expect(audit.corrected(ticks(50), isChecked: false) == ticks(50) / 4)
    var charged: UInt64 = 0
    for _ in 0..<10 { charged += audit.corrected(ticks(50), isChecked: false) }
    #expect(audit.excessTicks == 0)
    #expect(charged > ticks(400))
  }

  @Test("a long job pays for itself, whatever was charged too much before")
  func longJob() {
    var audit = ChargeAudit(ticks: 0, cpuNanoseconds: 0)
    _ = audit.check(ticks: ticks(4_000), cpuNanoseconds: 3_000_000, clock: clock)
    _ = audit.check(ticks: ticks(4_400), cpuNanoseconds: 3_300_000, clock: clock)
    let charged = audit.corrected(ticks(400), isChecked: true)
    #expect(charged.distance(to: ticks(300)).magnitude < ticks(10))
  }

  @Test("CPU used while falling asleep and waking belongs to somebody")
  func sleeping() {
    var audit = ChargeAudit(ticks: 0, cpuNanoseconds: 0)
    audit.rest(ticks: ticks(9_000))
    let uncharged = audit.check(ticks: ticks(10_000), cpuNanoseconds: 1_004_000, clock: clock)
    #expect(uncharged.distance(to: ticks(4)).magnitude < ticks(12))
    #expect(audit.excessTicks < ticks(12))
  }

  @Test("50 tenants' lanes and the system's add up to the CPU time of the loop's thread")
  func sum() async throws {
    _ = SharedRuntime.loop  // The global executor is routed.
    let loop = try EventLoop(name: "ledger", index: 9)
    // Never stopped: the rest of this test may go on there.
    try loop.start()
    let (charged, used) = await SharedRuntime.run(on: loop) { lane in
      let tenants = (0..<50).map { Lane(loop: loop, name: "tenant \($0)") }
      let lanes = tenants + loop.systemLanes + [lane]
      loop.settleCharges()
      let before = lanes.reduce(UInt64(0)) { $0 + $1.ledger.ticks }
      let usedBefore = loop.threadCPUNanoseconds
      let parker = Parker(on: lane)
      for round in 0..<20 {
        for (index, tenant) in tenants.enumerated() {
          tenant.post { Self.work(20_000 * (index % 5 + 1)) }
        }
        if round % 4 == 0 { _ = await parker.park(until: loop.now + .milliseconds(5)) }
        await parker.yield()
      }
      while tenants.contains(where: { $0.ledger.jobs < 20 }) { await parker.yield() }
      loop.settleCharges()
      let after = lanes.reduce(UInt64(0)) { $0 + $1.ledger.ticks }
      return (
        CPUClock.shared.nanoseconds(after - before), loop.threadCPUNanoseconds - usedBefore
      )
    }
    let difference = Double(charged) - Double(used)
    #expect(difference.magnitude <= Double(used) * 0.03 + 500_000)
    #expect(used > 20_000_000)
  }

  /// A fixed amount of arithmetic.
  private static func work(_ steps: Int) {
    var value: UInt64 = 88_172_645_463_325_252
    for _ in 0..<steps {
      value ^= value << 13
      value ^= value >> 7
      value ^= value << 17
    }
    precondition(value != 0)
  }
}

// One lane's turn that is several tenants'.

import Primitives
import Testing

@testable import Runtime

@Suite("Turns for several")
struct TurnBillTests {
  /// What lanes paid, in ticks.
  private struct Paid: Sendable {
    var common: UInt64 = 0
    var tenants: [UInt64] = []
    var sum: UInt64 { tenants.reduce(common, +) }
  }

  /// Spends at least a tenth of a millisecond.
  private static func spend(_ loop: EventLoop) {
    let end = loop.preciseNow + .microseconds(100)
    while loop.preciseNow < end {}
  }

  /// What a turn of a common lane costs it and tenants, for whom it works by those weights.
  private static func turn(_ weights: [Int]) async -> (Paid, spent: UInt64) {
    let loop = SharedRuntime.group.loops[0]
    let common = Lane(loop: loop, name: "common", isCommon: true)
    let tenants = weights.map { Lane(loop: loop, name: "tenant \($0)") }
    return await withCheckedContinuation { continuation in
      common.post {
        var bill = TurnBill()
        loop.settle()
        let before = (common.ledger.ticks, loop.spentTicks)
        bill.begin(common)
        spend(loop)
        for (lane, weight) in zip(tenants, weights) { bill.add(weight, for: lane) }
        spend(loop)
        bill.end(common)
        continuation.resume(
          returning: (
            Paid(common: common.ledger.ticks - before.0, tenants: tenants.map(\.ledger.ticks)),
            loop.spentTicks - before.1
          ))
      }
    }
  }

  @Test func `what a turn costs is paid by those for whom it was, in proportion, and once`() async {
    let (paid, spent) = await Self.turn([3_000, 1_000])
    #expect(paid.sum == spent)
    let third = paid.tenants[0] / 3
    #expect(third + 1 >= paid.tenants[1] && third <= paid.tenants[1] + 1, "\(paid)")
    // But for settling itself, and what divisions leave.
    #expect(paid.common * 10 < spent, "\(paid) of \(spent)")
  }

  @Test func `a turn for nobody is the lane's own`() async {
    let (paid, spent) = await Self.turn([])
    #expect(paid.common == spent && spent > 0)
  }

  @Test func `the parts of more lanes than share a turn are the lane's own`() async {
    let count = RuntimeLimits.payersOfTurn
    let (paid, spent) = await Self.turn(Array(repeating: 10, count: 2 * count))
    #expect(paid.sum == spent)
    #expect(paid.tenants.count { $0 > 0 } == count)
    #expect(paid.common * 3 > spent && paid.common * 3 < spent * 2, "\(paid.common) of \(spent)")
  }
}

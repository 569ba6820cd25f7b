// When to hedge, and how often.

import Primitives
import Testing

@testable import Tiers

@Suite("Hedging: how long and how often")
struct EstimateTests {
  /// Times of 1 to 101 ms, as evenly as a generator makes them.
  private static func times(_ count: Int, scale: UInt64 = 1) -> [UInt64] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (1_000_000 + (state >> 33) % 100_000_000) * scale
    }
  }

  @Test(arguments: [UInt64(1), 50])
  func `one time of twenty is above the estimate, whatever the scale`(_ scale: UInt64) {
    var estimate = QuantileEstimate()
    var above = 0
    for time in Self.times(20_000, scale: scale) {
      if let usual = estimate.nanoseconds, time > usual { above += 1 }
      estimate.add(time)
    }
    #expect((900...1_100).contains(above), "\(above)")
  }

  @Test func `it follows changes, up faster than down`() {
    var estimate = QuantileEstimate()
    for time in Self.times(500) { estimate.add(time) }
    let before = estimate.nanoseconds ?? 0
    for time in Self.times(100, scale: 50) { estimate.add(time) }
    let slow = estimate.nanoseconds ?? 0
    #expect(slow > 30 * before)
    for time in Self.times(2_000) { estimate.add(time) }
    let after = estimate.nanoseconds ?? 0
    #expect(after < 2 * before)
  }

  @Test func `of fewer than twenty nothing is said`() {
    var estimate = QuantileEstimate()
    for time in Self.times(19) { estimate.add(time) }
    let early = estimate.nanoseconds
    #expect(early == nil)
    estimate.add(5)
    let now = estimate.nanoseconds
    #expect(now == Self.times(19).max())
  }

  @Test func `times of nothing at all leave it able to rise`() {
    var estimate = QuantileEstimate()
    for _ in 0..<1_000 { estimate.add(0) }
    for _ in 0..<200 { estimate.add(1_000_000) }
    let now = estimate.nanoseconds ?? 0
    #expect(now >= 1_000_000)
  }

  @Test func `a budget has its burst, and then one hedge for twenty requests`() {
    var budget = HedgeBudget(burst: 8)
    var made = 0
    func spend(_ budget: inout HedgeBudget) {
      while budget.allowsHedge {
        budget.spend()
        made += 1
      }
    }
    spend(&budget)
    #expect(made == 8)
    for _ in 0..<1_000 {
      budget.earn()
      spend(&budget)
    }
    #expect(made == 58)
    for _ in 0..<10_000 { budget.earn() }
    spend(&budget)
    #expect(made == 66)
  }
}

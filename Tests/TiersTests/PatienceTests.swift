// How long peers may take.

import Testing

@testable import Tiers

@Suite("Patience with peers")
struct PatienceTests {
  @Test func `peers may take longer than the zone's origins, and two minutes at least`() {
    let usual = TierPatience(answer: .seconds(20), silence: .seconds(10))
    #expect(usual.head == .seconds(120) && usual.silence == .seconds(60))
    let slow = TierPatience(answer: .seconds(3_605), silence: .seconds(3_600))
    #expect(slow.head == .seconds(7_210) && slow.silence == .seconds(3_630))
  }
}

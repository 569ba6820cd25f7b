// What keeps loops from looking at the disk themselves.

import Primitives
import Testing

@testable import Cache

@Suite("When loops leave the disk to others")
struct LookPatienceTests {
  private static func instant(milliseconds: UInt64) -> Instant {
    Instant(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }

  @Test("a look that waited for the disk ends them for a second, one that lost its core does not")
  func waited() {
    let patience = LookPatience(.unlessItWaits)
    let (begin, end) = (Self.instant(milliseconds: 0), Self.instant(milliseconds: 40))
    patience.noteLook(from: begin, to: end) { 0 }
    let hasLostItsCore = patience.isPrompt(at: end)
    patience.noteLook(from: begin, to: end) { 1 }
    let later = [40, 1_039, 1_040].map { patience.isPrompt(at: Self.instant(milliseconds: $0)) }
    #expect(hasLostItsCore)
    #expect(later == [false, false, true])
  }

  @Test("a quick look asks the kernel nothing")
  func quick() {
    let patience = LookPatience(.unlessItWaits)
    let begin = Self.instant(milliseconds: 0)
    patience.noteLook(from: begin, to: Instant(nanoseconds: begin.nanoseconds + 500_000)) {
      Issue.record("asked")
      return 1
    }
    let isPrompt = patience.isPrompt(at: begin)
    #expect(isPrompt)
  }
}

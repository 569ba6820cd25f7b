// Who would wait for whom among servers that share keys.

import Testing

@testable import Tiers

@Suite("Requests among servers that share keys")
struct SidewaysTests {
  private let requests = SidewaysRequests()

  @Test("who is asked for a key that it asks for itself refuses, until that is over")
  func waits() {
    #expect(!requests.refuses(7, to: "a", asOwner: false))
    requests.began(7, at: "b", isOwner: false)
    requests.began(7, at: "b", isOwner: false)
    #expect(requests.refuses(7, to: "a", asOwner: false))
    #expect(!requests.refuses(8, to: "a", asOwner: false))
    requests.ended(7, at: "b", isOwner: false)
    #expect(requests.refuses(7, to: "a", asOwner: false))
    requests.ended(7, at: "b", isOwner: false)
    #expect(!requests.refuses(7, to: "a", asOwner: false))
  }

  @Test("where a key's owner and who is nearer to the origin ask each other, one of them answers")
  func crossing() {
    let (owner, nearer) = (SidewaysRequests(), SidewaysRequests())
    nearer.began(7, at: "owner", isOwner: false)
    owner.began(7, at: "nearer", isOwner: true)
    #expect(owner.refuses(7, to: "nearer", asOwner: false))
    #expect(!nearer.refuses(7, to: "owner", asOwner: true))
  }

  @Test("not where it waits for a third, nor where both take themselves for the owner")
  func circles() {
    requests.began(7, at: "a", isOwner: false)
    requests.began(7, at: "b", isOwner: false)
    #expect(requests.refuses(7, to: "a", asOwner: true))
    let other = SidewaysRequests()
    other.began(7, at: "a", isOwner: true)
    #expect(other.refuses(7, to: "a", asOwner: true))
  }
}

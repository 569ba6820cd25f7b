// Unsafe requests that succeeded.

import Exchange
import HTTP

/// The end of an unsafe request that was passed on and succeeded: what it changed is invalidated on
/// all loops before the client hears of it (RFC 9111 section 4.4).
final class CacheInvalidation: Suspension {
  private let stage: CacheStage
  private var response: FetchedResponse
  private let forwarding: Forwarding

  init(_ stage: CacheStage, _ response: FetchedResponse, _ forwarding: Forwarding) {
    self.stage = stage
    self.response = response
    self.forwarding = forwarding
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    await stage.invalidate(exchange.request, response.head.fields)
    exchange.facts.cache = .bypass
    stage.respond(exchange, &response, CacheStage.ForwardStatus(forwarding: forwarding))
  }
}

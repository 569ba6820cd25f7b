// Unsafe requests that succeeded.

import Exchange
import HTTP
import Primitives

/// The end of an unsafe request that was passed on and succeeded: what it changed is invalidated on
/// all loops before the client hears of it (RFC 9111 section 4.4), and what a POST says of its own
/// target is stored (RFC 9110 section 9.3.3).
final class CacheInvalidation: Suspension {
  private let stage: CacheStage
  private var response: FetchedResponse
  private let forwarding: Forwarding
  private let times: ExchangeTimes
  private let start: FetchStart

  init(
    _ stage: CacheStage, _ response: FetchedResponse, _ forwarding: Forwarding,
    _ times: ExchangeTimes, since start: FetchStart
  ) {
    self.stage = stage
    self.response = response
    self.forwarding = forwarding
    self.times = times
    self.start = start
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    let end = await stage.invalidate(
      exchange.request, response.head.fields, since: start.instant)
    if let end, let head = stage.representation(response.head, after: exchange.request, times) {
      var lookup = stage.lookUp(exchange)
      lookup.forwarding = forwarding
      let begin = FetchStart(sequence: start.sequence, instant: end)
      return try await stage.serveAlone(exchange, lookup, since: begin) { fill in
        fill.start(with: response, head, times)
      }
    }
    exchange.facts.cache = .bypass
    stage.respond(exchange, &response, CacheStage.ForwardStatus(forwarding: forwarding))
  }
}

extension CacheStage {
  /// What is to be stored of the answer to a POST, for later GETs: only what is of the target itself
  /// (Content-Location) and says how long it is fresh (RFC 9110 section 9.3.3).
  func representation(
    _ response: ResponseHead, after request: RequestHead, _ times: ExchangeTimes
  ) -> StoredHead? {
    guard isEnabled, request.method == .post, response.status == 200,
      let location = response.fields.withFirst(
        .contentLocation, { Self.target($0, sameOriginAs: request) }) ?? nil,
      location == request.path
    else { return nil }
    let control = ResponseDirectives(response.fields).control
    guard
      control.maxAge != nil || control.sharedMaxAge != nil || response.fields.contains(.expires)
    else { return nil }
    var budget = StepBudget()
    let policy = policies.policy(for: request, &budget)
    // It was sent as it came: nobody may plant by it what others get.
    if policy.bypasses(request, &budget) || UnkeyedFields.isAny(in: request.fields, policy.key) {
      return nil
    }
    return storable(response, to: request, times, policy)
  }
}

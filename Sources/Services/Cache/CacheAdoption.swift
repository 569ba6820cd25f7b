// Passed requests whose response can be stored after all.

import Exchange
import HTTP
import Primitives

/// The end of a request that was passed on because its key's responses could not be shared lately,
/// when this one can: it is received into the store, and its client reads along.
final class CacheAdoption: Suspension {
  private let stage: CacheStage
  private let response: FetchedResponse
  private let head: StoredHead
  private let times: ExchangeTimes
  private let start: FetchStart

  init(
    _ stage: CacheStage, _ response: FetchedResponse, _ head: StoredHead, _ times: ExchangeTimes,
    since start: FetchStart
  ) {
    self.stage = stage
    self.response = response
    self.head = head
    self.times = times
    self.start = start
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    let lookup = stage.lookUp(exchange)
    try await stage.serveAlone(exchange, lookup, since: start) { fill in
      fill.start(with: response, head, times)
    }
  }
}

extension CacheStage {
  /// What is to be stored of the response to a passed GET, which is asked for only if that matters; nil
  /// if nothing may be.
  func storable(
    _ response: ResponseHead, to request: @autoclosure () -> RequestHead, _ times: ExchangeTimes,
    _ policy: CachePolicy
  ) -> StoredHead? {
    // Most say so themselves: no need to look at the rest.
    if !policy.overrules, response.fields.forbidsSharedStorage { return nil }
    let assessment = StoredHead.assess(
      response, to: request(), directives: nil, times: times, policy: policy)
    guard case .storable(let head) = assessment else { return nil }
    return head
  }
}

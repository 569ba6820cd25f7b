// The end of the way: the origin, with nothing kept.

import Exchange
import HTTP
import Primitives
import Runtime

/// Passes the request to the zone's origin.
final class PassThrough: Stage, Suspension {
  static let name: StaticString = "origin"
  private let source: any ResponseSource

  init(source: any ResponseSource) { self.source = source }

  func evaluate(_ exchange: Exchange) -> Verdict {
    exchange.facts.cache = .bypass
    return .suspend(self)
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    let fetch = Fetch(passing: exchange)
    fetch.interim = { head in exchange.sink?.interim(head, for: exchange) }
    let fetched = try await source.fetch(fetch)
    exchange.response.status = fetched.head.status
    exchange.response.fields = fetched.head.fields
    exchange.response.contentLength = fetched.contentLength
    exchange.response.body = fetched.body
  }
}

// Requests that the cache only passes through.

import Exchange
import HTTP
import Primitives
import Runtime

/// Passes a request through to the layer below, and invalidates what it changes.
final class CachePass: Suspension {
  private let stage: CacheStage
  private let forwarding: Forwarding

  init(_ stage: CacheStage, _ forwarding: Forwarding) {
    self.stage = stage
    self.forwarding = forwarding
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    try await stage.pass(exchange, forwarding)
  }
}

extension CacheStage {
  /// Fetches for this exchange alone and streams what comes; nothing is stored. For HEAD, `stored`
  /// is the response to GET that the answer speaks of.
  func pass(
    _ exchange: Exchange, _ forwarding: Forwarding, refreshing stored: StoredResponse? = nil
  ) async throws(Failure) {
    let fetch = Fetch(passing: exchange)
    fetch.interim = { [weak exchange] head in
      if let exchange, !exchange.isAborted { exchange.sink?.interim(head, for: exchange) }
    }
    var times = ExchangeTimes(
      requestedAt: shard.loop.now, receivedAt: shard.loop.now, receivedWall: shard.loop.wallTime)
    let fetched = try await below.fetch(fetch)
    if !exchange.request.method.isSafe, (200..<400).contains(fetched.head.status) {
      await invalidate(exchange.request, fetched.head.fields)
    }
    if let stored {
      times.receivedAt = shard.loop.now
      times.receivedWall = shard.loop.wallTime
      await refresh(stored, exchange.request, fetched, times)
    }
    exchange.facts.cache = .bypass
    respond(exchange, fetched, ForwardStatus(forwarding: forwarding))
  }

  /// Makes `fetched` the exchange's response as it is.
  func respond(_ exchange: Exchange, _ fetched: FetchedResponse, _ status: ForwardStatus) {
    exchange.response.status = fetched.head.status
    exchange.response.fields = fetched.head.fields
    exchange.response.body = fetched.body
    exchange.response.contentLength = fetched.contentLength
    appendForwardStatus(exchange, status)
  }
}

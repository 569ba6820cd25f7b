// Answering from what is stale (RFC 9111 section 4.2.4, RFC 5861).

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Answers from `stored`, which is not fresh, without waiting for the origin: while it is
  /// validated behind the client's back, or while the origin is known to fail. False if the request
  /// must wait for a validation.
  @inline(never)
  func answerStale(
    _ exchange: Exchange, _ stored: StoredResponse, _ policy: CachePolicy,
    _ traits: RequestTraits, _ directives: RequestDirectives?, isHead: Bool
  ) -> Bool {
    // What is fetched with credentials is not for others.
    guard !traits.contains(.authorization),
      stored.answersAtOnce(policy.stale, directives, at: shard.now)
    else { return false }
    serveStale(exchange, stored, traits, isHead: isHead)
    if stored.failing(at: shard.now) == nil {
      revalidate(exchange, stored, policy)
    } else {
      appendWarning(exchange)
    }
    appendHitStatus(exchange, stored.freshness)
    return true
  }

  /// Answers from `stored` because the origin failed; `status` is its answer, if there was one.
  func respond(
    _ exchange: Exchange, _ lookup: Lookup, _ stored: StoredResponse, failedWith status: UInt16?
  ) {
    if !lookup.isOwned { shard.front.insert(stored) }
    serveStale(exchange, stored, lookup.traits, isHead: lookup.isHead)
    appendWarning(exchange)
    let remaining = stored.freshness.remainingSeconds(at: shard.now)
    var forwarded = ForwardStatus(forwarding: remaining > 0 ? .request : .stale)
    forwarded.statusBelow = status
    forwarded.ttl = remaining
    appendForwardStatus(exchange, forwarded)
  }

  /// What the obsolete field said (RFC 9111 section 5.5) is still what people look for.
  private func appendWarning(_ exchange: Exchange) {
    exchange.response.fields.append(.warning, "111 skerry \"Revalidation Failed\"")
  }

  /// Answers a HEAD from a stale response to GET because the origin failed, if that may be used.
  func serveHead(
    _ exchange: Exchange, _ stored: StoredResponse, _ use: StaleUse, _ status: UInt16?,
    _ failure: Failure? = nil
  ) -> Bool {
    var lookup = lookUp(exchange)
    guard stored.isCurrent, failure?.isOrigins ?? true,
      stored.allows(use, lookup.policy.stale, nil, at: shard.now)
    else { return false }
    stored.noteFailure(use, until: shard.now + CacheLimits.failureDuration)
    lookup.isHead = true
    respond(exchange, lookup, stored, failedWith: status)
    return true
  }

  private func serveStale(
    _ exchange: Exchange, _ stored: StoredResponse, _ traits: RequestTraits, isHead: Bool
  ) {
    shard.noteUse(of: stored)
    exchange.facts.cache = .stale
    fill(exchange, stored, traits, isHead: isHead)
  }

  /// Validates `stored` for all who ask, on behalf of nobody; at once only if nobody does already.
  private func revalidate(
    _ exchange: Exchange, _ stored: StoredResponse, _ policy: CachePolicy
  ) {
    let isUnderWay = shard.flights.first(stored.hash) { flight in
      flight.key == stored.key && flight.isJoinable()
    }
    guard isUnderWay == nil else { return }
    let flight = Flight(
      shard: shard, zone: zone, lane: lane, hash: stored.hash, key: stored.key, isShared: true)
    shard.flights.insert(flight, hash: stored.hash)
    flight.ask(
      group.shards[shard.ownerIndex(stored.hash)],
      candidate: makeFill(flight, exchange, policy, directives: nil), directives: nil, unsuited: [],
      takesStale: false, isAwaited: false)
  }
}

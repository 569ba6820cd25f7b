// What a zone did on one loop, beside its lane's ledger.

import Exchange
package import Primitives

/// Counters of one zone on one loop since it became active there. All only grow.
package struct ZoneCounters: Sendable {
  package var requests: UInt64 = 0
  /// Requests by how the cache served them (`ExchangeFacts.CacheOutcome`).
  package var outcomes = InlineArray<7, UInt64>(repeating: 0)
  /// The same by where the responses came from (`ExchangeFacts.Layer`).
  package var layers = InlineArray<5, LayerCounters>(repeating: LayerCounters())
  package var shed: UInt64 = 0
  package var failures: UInt64 = 0
  /// Responses by the first digit of their status, 1 to 5.
  package var statuses = InlineArray<6, UInt64>(repeating: 0)
  package var latency = LatencyHistogram()

  package init() {}

  mutating func count(_ exchange: Exchange, nanoseconds: UInt64) {
    let outcome = exchange.facts.cache
    outcomes[Int(outcome.rawValue)] += 1
    // Not `facts.layer`, for which all facts would be copied.
    let layer = outcome.layer(
      isFromDisk: exchange.facts.isFromDisk, isFromReserve: exchange.facts.isFromReserve)
    layers[Int(layer.rawValue)].count(
      bytes: exchange.facts.contentBytes, nanoseconds: nanoseconds)
    if exchange.facts.failure != nil { failures += 1 }
    statuses[min(Int(exchange.response.status) / 100, 5)] += 1
    latency.record(nanoseconds: nanoseconds)
  }

  package static func += (sum: inout ZoneCounters, other: ZoneCounters) {
    sum.requests += other.requests
    for index in sum.outcomes.indices { sum.outcomes[index] += other.outcomes[index] }
    for index in sum.layers.indices { sum.layers[index] += other.layers[index] }
    sum.shed += other.shed
    sum.failures += other.failures
    for index in sum.statuses.indices { sum.statuses[index] += other.statuses[index] }
    sum.latency += other.latency
  }
}

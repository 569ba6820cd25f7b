// What one layer answered of a zone's requests.

package import Primitives

/// Counters of the responses that came from one layer (`ExchangeFacts.Layer`). All only grow.
package struct LayerCounters: Sendable {
  package var requests: UInt64 = 0
  /// Bytes of content.
  package var bytes: UInt64 = 0
  package var latency = LatencyHistogram()

  package init() {}

  mutating func count(bytes: UInt64, nanoseconds: UInt64) {
    requests += 1
    self.bytes += bytes
    latency.record(nanoseconds: nanoseconds)
  }

  package static func += (sum: inout LayerCounters, other: LayerCounters) {
    sum.requests += other.requests
    sum.bytes += other.bytes
    sum.latency += other.latency
  }
}

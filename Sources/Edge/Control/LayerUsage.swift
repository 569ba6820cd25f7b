// What one layer answered of a zone's requests, as it travels to the operator.

import ConfigurationTree
import Primitives

/// Requests that one layer answered, the content it gave, and how long that took.
package struct LayerUsage: Sendable, Equatable {
  package var requests: UInt64 = 0
  /// Bytes of content.
  package var bytes: UInt64 = 0
  package var latency = LatencyCounts()

  package init() {}

  /// What came since `earlier`, a former reading of the same counters.
  package func since(_ earlier: LayerUsage) -> LayerUsage {
    var result = self
    result.requests = requests.since(earlier.requests)
    result.bytes = bytes.since(earlier.bytes)
    result.latency = latency.since(earlier.latency)
    return result
  }

  var tree: ConfigurationValue {
    .object([
      ("requests", .count(requests)), ("bytes", .count(bytes)),
      ("latencyP50Nanoseconds", .count(latency.quantile(0.5))),
      ("latencyP99Nanoseconds", .count(latency.quantile(0.99))),
      ("latency", latency.tree),
    ])
  }

  init(_ tree: ConfigurationValue) {
    requests = tree["requests"]?.number ?? 0
    bytes = tree["bytes"]?.number ?? 0
    latency = tree["latency"].map { LatencyCounts($0) } ?? LatencyCounts()
  }
}

// What the reserve did, as it travels to the operator.

import ConfigurationTree

/// Counters of the reserve since the start, for `status` and `cache stats`.
package struct ReserveFacts: Sendable, Equatable {
  /// The endpoints, and which of them are left alone now.
  package var endpoints: [String] = []
  package var resting: [String] = []
  /// Counters by name, in the order in which they are shown.
  package var counts: [(name: String, value: UInt64)] = []
  /// How long looks took that the store answered.
  package var latency = LatencyCounts()

  package init() {}

  package static func == (a: ReserveFacts, b: ReserveFacts) -> Bool { a.tree == b.tree }

  var tree: ConfigurationValue {
    .object([
      ("endpoints", .array(endpoints.map { .string($0) })),
      ("resting", .array(resting.map { .string($0) })),
      ("counts", .object(counts.map { ($0.name, .count($0.value)) })),
      ("p50Nanoseconds", .count(latency.quantile(0.5))),
      ("p99Nanoseconds", .count(latency.quantile(0.99))),
    ])
  }
}

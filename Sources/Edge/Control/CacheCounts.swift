// How the cache served a zone's requests.

import ConfigurationTree
package import Exchange

/// Requests by what the cache did for them (`ExchangeFacts.CacheOutcome`).
package struct CacheCounts: Sendable, Equatable {
  private var counts = Array(repeating: UInt64(0), count: Self.names.count)

  /// By the outcomes' raw values.
  private static let names = [
    "none", "hit", "revalidated", "stale", "miss", "collapsed", "bypass",
  ]

  package init() {}

  package subscript(outcome: ExchangeFacts.CacheOutcome) -> UInt64 {
    get { counts[Int(outcome.rawValue)] }
    set { counts[Int(outcome.rawValue)] = newValue }
  }

  package var total: UInt64 { counts.reduce(0, +) }

  /// The part of the requests that the origin was not asked for; nil if there were none.
  package var hitRatio: Double? {
    guard total > 0 else { return nil }
    return Double(self[.hit] + self[.stale] + self[.collapsed]) / Double(total)
  }

  /// What came since `earlier`, a former reading of the same counters.
  package func since(_ earlier: CacheCounts) -> CacheCounts {
    var result = self
    for index in counts.indices {
      result.counts[index] = counts[index].since(earlier.counts[index])
    }
    return result
  }

  package static func += (sum: inout CacheCounts, other: CacheCounts) {
    for index in sum.counts.indices { sum.counts[index] += other.counts[index] }
  }

  var tree: ConfigurationValue {
    .object(zip(Self.names, counts).map { ($0, .count($1)) })
  }

  init(_ tree: ConfigurationValue) {
    for (index, name) in Self.names.enumerated() { counts[index] = tree[name]?.number ?? 0 }
  }
}

extension UInt64 {
  /// What a counter gained since `earlier`; all of it if it began anew.
  package func since(_ earlier: UInt64) -> UInt64 { self >= earlier ? self - earlier : self }
}

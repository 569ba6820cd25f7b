// Latencies as they travel to the operator.

import ConfigurationTree
package import Primitives

/// How many requests took how long: pairs of a bound and a count, by rising bounds. Two readings can
/// be subtracted, so that the quantiles of the time between them come out.
package struct LatencyCounts: Sendable, Equatable {
  /// Requests that took less than the bound, and not less than the bound before.
  package struct Bucket: Sendable, Equatable {
    package var upperNanoseconds: UInt64
    package var count: UInt64
  }

  package private(set) var buckets: [Bucket] = []

  package init() {}

  package init(_ histogram: LatencyHistogram) {
    for index in 0..<LatencyHistogram.bucketCount where histogram.count(at: index) > 0 {
      buckets.append(
        Bucket(
          upperNanoseconds: LatencyHistogram.upperBound(of: index),
          count: UInt64(histogram.count(at: index))))
    }
  }

  package var total: UInt64 { buckets.reduce(0) { $0 + $1.count } }

  /// The duration that the part `share` of the requests did not exceed; 0 if there were none.
  package func quantile(_ share: Double) -> UInt64 {
    let rank = max(1, UInt64((Double(total) * share).rounded(.up)))
    var seen: UInt64 = 0
    for bucket in buckets {
      seen += bucket.count
      if seen >= rank { return bucket.upperNanoseconds }
    }
    return 0
  }

  /// What came since `earlier`, a former reading of the same counters.
  package func since(_ earlier: LatencyCounts) -> LatencyCounts {
    var result = LatencyCounts()
    var old = earlier.buckets[...]
    for bucket in buckets {
      while let first = old.first, first.upperNanoseconds < bucket.upperNanoseconds {
        old.removeFirst()
      }
      var count = bucket.count
      if let first = old.first, first.upperNanoseconds == bucket.upperNanoseconds {
        // A counter that is smaller than before began anew.
        if first.count <= count { count -= first.count }
      }
      if count > 0 {
        result.buckets.append(Bucket(upperNanoseconds: bucket.upperNanoseconds, count: count))
      }
    }
    return result
  }

  var tree: ConfigurationValue {
    .array(buckets.map { .array([.count($0.upperNanoseconds), .count($0.count)]) })
  }

  init(_ tree: ConfigurationValue) {
    for pair in tree.elements {
      let numbers = pair.elements.compactMap(\.number)
      guard numbers.count == 2, numbers[0] > buckets.last?.upperNanoseconds ?? 0 else { continue }
      buckets.append(Bucket(upperNanoseconds: numbers[0], count: numbers[1]))
    }
  }
}

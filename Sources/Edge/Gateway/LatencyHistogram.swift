// How long requests take, in fixed memory.

/// Counts of durations in buckets whose width grows with the duration: 8 per doubling, so that any
/// quantile is within 13 % of the truth. 1 us to 70 s.
package struct LatencyHistogram: Sendable {
  private var counts: [UInt32]
  private static let perDoubling = 8
  private static let doublings = 26

  package init() {
    counts = Array(repeating: 0, count: Self.perDoubling * Self.doublings)
  }

  package mutating func record(nanoseconds: UInt64) {
    counts[Self.bucket(nanoseconds / 1_000)] &+= 1
  }

  package static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
    for index in sum.counts.indices { sum.counts[index] &+= other.counts[index] }
  }

  package var total: UInt64 { counts.reduce(0) { $0 + UInt64($1) } }

  /// The duration in nanoseconds below which `fraction` of the requests were; nil without requests.
  package func quantile(_ fraction: Double) -> UInt64? {
    let total = self.total
    guard total > 0 else { return nil }
    let rank = UInt64((Double(total) * fraction).rounded(.up))
    var seen: UInt64 = 0
    for index in counts.indices {
      seen += UInt64(counts[index])
      if seen >= max(rank, 1) { return Self.upperMicroseconds(index) * 1_000 }
    }
    return nil
  }

  private static func bucket(_ microseconds: UInt64) -> Int {
    guard microseconds >= 8 else { return Int(microseconds) }
    let exponent = 63 - microseconds.leadingZeroBitCount
    let mantissa = Int(microseconds >> UInt64(exponent - 3)) & 7
    return min((exponent - 2) * perDoubling + mantissa, perDoubling * doublings - 1)
  }

  private static func upperMicroseconds(_ bucket: Int) -> UInt64 {
    guard bucket >= 8 else { return UInt64(bucket) + 1 }
    let exponent = bucket / perDoubling + 2
    return (UInt64(8 + bucket % perDoubling) + 1) << UInt64(exponent - 3)
  }
}

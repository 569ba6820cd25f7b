// Latencies, counted by their magnitude.

/// Counts of durations in buckets that are a quarter of a power of two wide: from 1 us to 69 s, so
/// that a quantile read from it is at most an eighth off. Recording allocates nothing.
@usableFromInline package struct LatencyHistogram: Sendable {
  /// Buckets; durations beyond the last one's bound are counted in the last.
  @usableFromInline package static let bucketCount = 104

  @usableFromInline var counts = InlineArray<104, UInt32>(repeating: 0)

  package init() {}

  /// Counts one duration.
  @inlinable package mutating func record(nanoseconds: UInt64) {
    let index = Self.bucket(of: nanoseconds)
    counts[index] = counts[index] &+ 1
  }

  /// How many durations the bucket `index` has counted.
  package func count(at index: Int) -> UInt32 { counts[index] }

  package static func += (sum: inout LatencyHistogram, other: LatencyHistogram) {
    for index in 0..<bucketCount { sum.counts[index] = sum.counts[index] &+ other.counts[index] }
  }

  /// The bucket that a duration belongs to. Units of 1,024 ns; below four of them a bucket each.
  @inlinable package static func bucket(of nanoseconds: UInt64) -> Int {
    let units = nanoseconds >> 10
    if units < 4 { return Int(units) }
    let exponent = 63 - units.leadingZeroBitCount
    let index = (exponent - 1) * 4 + Int((units >> UInt64(exponent - 2)) & 3)
    return min(index, bucketCount - 1)
  }

  /// The shortest duration that is too long for the bucket `index`, in nanoseconds.
  package static func upperBound(of index: Int) -> UInt64 {
    precondition(index >= 0 && index < bucketCount)
    if index < 4 { return UInt64(index + 1) << 10 }
    let exponent = UInt64(index / 4 + 1)
    return UInt64(index % 4 + 5) << (exponent + 8)
  }
}

// The histogram of latencies: every duration has one bucket, and its bound is near.

import Primitives
import Testing

@Suite("Latency histogram") struct LatencyHistogramTests {
  @Test("buckets follow each other without gap or overlap") func bounds() {
    for index in 0..<LatencyHistogram.bucketCount - 1 {
      let bound = LatencyHistogram.upperBound(of: index)
      #expect(LatencyHistogram.bucket(of: bound - 1) == index)
      #expect(LatencyHistogram.bucket(of: bound) == index + 1)
    }
  }

  @Test("a duration of at least 4 us is less than a fifth below its bucket's bound")
  func precision() {
    var generator = SplitMix64(seed: 2)
    for _ in 0..<2_000 {
      let nanoseconds =
        UInt64.random(in: 4_096..<60_000_000_000, using: &generator)
        >> UInt64.random(in: 0..<20, using: &generator)
      guard nanoseconds >= 4_096 else { continue }
      let bound = LatencyHistogram.upperBound(of: LatencyHistogram.bucket(of: nanoseconds))
      #expect(nanoseconds < bound)
      #expect(bound - nanoseconds <= nanoseconds / 4 + 1_024)
    }
  }

  @Test("what is too short or too long counts in the first and the last bucket") func ends() {
    #expect(LatencyHistogram.bucket(of: 0) == 0)
    #expect(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
  }

  @Test("recording counts in one bucket, and sums add bucket by bucket") func counting() {
    var some = LatencyHistogram(), others = LatencyHistogram()
    some.record(nanoseconds: 1_500)
    some.record(nanoseconds: 1_500)
    others.record(nanoseconds: 1_500)
    others.record(nanoseconds: 9_000_000)
    some += others
    let short = LatencyHistogram.bucket(of: 1_500)
    let long = LatencyHistogram.bucket(of: 9_000_000)
    #expect(some.count(at: short) == 3)
    #expect(some.count(at: long) == 1)
    #expect(others.count(at: short) == 1)
    let total = (0..<LatencyHistogram.bucketCount).reduce(0) { $0 + some.count(at: $1) }
    #expect(total == 4)
  }
}

// Histograms, windows and their differences.

import ConfigurationTree
import Exchange
import Primitives
import Testing

@testable import Control

@Suite("Control: usage") struct UsageTests {
  @Test("a quantile is above the durations of its part, by an eighth of a power of two at most")
  func quantiles() {
    for exponent in 11..<36 {
      for offset in [0, 1, 3, 7] {
        let duration = (UInt64(1) << exponent) + UInt64(offset) << (exponent - 3)
        let index = LatencyHistogram.bucket(of: duration)
        let bound = LatencyHistogram.upperBound(of: index)
        #expect(duration < bound)
        #expect(Double(bound) <= Double(duration) * 1.26 + 1_024)
        if index > 0 { #expect(LatencyHistogram.upperBound(of: index - 1) <= duration) }
      }
    }
    #expect(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
  }

  @Test("p50 and p99 come from the counts, also between two readings")
  func counts() {
    var histogram = LatencyHistogram()
    for _ in 0..<99 { histogram.record(nanoseconds: 100_000) }
    let before = LatencyCounts(histogram)
    #expect(before.quantile(0.99) < 130_000)
    for _ in 0..<10 { histogram.record(nanoseconds: 50_000_000) }
    let after = LatencyCounts(histogram)
    #expect(after.quantile(0.5) < 130_000)
    #expect(after.quantile(0.99) > 50_000_000)
    let between = after.since(before)
    #expect(between.total == 10)
    #expect(between.quantile(0.01) > 50_000_000)
    #expect(LatencyCounts().quantile(0.99) == 0)
    #expect(LatencyCounts(after.tree) == after)
  }

  @Test("counters that began anew count from zero")
  func restart() {
    #expect(UInt64(5).since(9) == 5)
    #expect(UInt64(9).since(5) == 4)
  }

  @Test("the hit ratio counts what the origin was not asked for")
  func hitRatio() throws {
    var counts = CacheCounts()
    #expect(counts.hitRatio == nil)
    counts[.hit] = 5
    counts[.collapsed] = 2
    counts[.stale] = 1
    counts[.miss] = 1
    counts[.bypass] = 1
    #expect(counts.hitRatio == 0.8)
    #expect(CacheCounts(counts.tree) == counts)
  }

  @Test("a window names who used the CPU and who waited, and forgets nobody who was new")
  func window() {
    let earlier = UsageFixture.reading(at: 10, cpu: 1_000, [("a", 500), ("b", 100)])
    let later = UsageFixture.reading(at: 20, cpu: 3_000, [("a", 600), ("b", 1_100), ("c", 50)])
    let window = UsageWindow(from: earlier, to: later)
    #expect(window.nanoseconds == 10_000_000_000)
    #expect(window.byCPU.map(\.lane) == ["b", "a", "system", "c"])
    #expect(window.byCPU[0].cpuNanoseconds == 1_000_000_000)
    #expect(window.byWait.map(\.lane) == ["a", "b", "c"])
    #expect(UsageWindow(window.tree) == window)
  }

  @Test("the report keeps the last windows and adds the open one")
  func report() {
    var report = SlowReport()
    for number in 0..<10 {
      report.add(UsageFixture.reading(at: UInt64(number) * 10, cpu: UInt64(number), [("a", 1)]))
    }
    #expect(report.windows.count == ControlLimits.windows)
    let now = report.including(UsageFixture.reading(at: 93, cpu: 20, [("a", 400)]))
    #expect(now.windows.count == ControlLimits.windows)
    #expect(now.windows.last?.nanoseconds == 3_000_000_000)
    #expect(now.windows.last?.byCPU.first?.lane == "a")
    #expect(SlowReport(now.tree).windows == now.windows)
  }
}

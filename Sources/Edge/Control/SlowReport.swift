// "Who slowed me": the last minute of the ledger, window by window.

package import ConfigurationTree

/// The windows that are remembered, and the reading that the next one begins at.
package struct SlowReport: Sendable, Equatable {
  /// The newest is last.
  package private(set) var windows: [UsageWindow] = []
  /// The last jobs that ran too long, the newest last.
  package private(set) var longJobs: [LongJobFact] = []
  private var last: LedgerReading?

  init() {}

  /// Closes the window that is open and opens the next.
  mutating func add(_ reading: LedgerReading) {
    if let last {
      if windows.count == ControlLimits.windows { windows.removeFirst() }
      windows.append(UsageWindow(from: last, to: reading))
    }
    var kept = reading
    kept.longJobs = []
    for index in kept.zones.indices {
      kept.zones[index].latency = LatencyCounts()
      kept.zones[index].layers = LayerCounts()
      kept.zones[index].waits = nil
    }
    last = kept
    longJobs = reading.longJobs
  }

  /// This report with what happened since the last window closed.
  func including(_ reading: LedgerReading) -> SlowReport {
    var copy = self
    copy.add(reading)
    return copy
  }

  /// The result of GET /v1/slow.
  var tree: ConfigurationValue {
    .object([
      ("windows", .array(windows.map(\.tree))), ("longJobs", .array(longJobs.map(\.tree))),
    ])
  }

  /// Reads what `tree` writes.
  package init(_ tree: ConfigurationValue) {
    windows = tree["windows"]?.elements.map { UsageWindow($0) } ?? []
    longJobs = tree["longJobs"]?.elements.map { LongJobFact($0) } ?? []
  }
}

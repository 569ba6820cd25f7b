// Who used the CPU, and who waited for it, between two instants.

package import ConfigurationTree
import Primitives

/// The lanes with the most CPU and with the most waiting between two readings of the ledger.
package struct UsageWindow: Sendable, Equatable {
  /// What one lane did in the window.
  package struct Entry: Sendable, Equatable {
    package var lane: String
    /// Whether the lane is a zone's.
    package var isZone: Bool
    package var cpuNanoseconds: UInt64
    package var queueWaitNanoseconds: UInt64
    package var wakeups: UInt64
    package var requests: UInt64
    /// Whom it waited behind most in the minute before the window's end; nil if that is not known.
    package var behind: ZoneWaits.Part?

    /// Waiting per time that the lane became ready.
    package var meanWaitNanoseconds: UInt64 { queueWaitNanoseconds / max(wakeups, 1) }
  }

  package var nanoseconds: UInt64 = 0
  package var processCPUNanoseconds: UInt64 = 0
  package var longJobs: UInt64 = 0
  /// Most CPU first.
  package var byCPU: [Entry] = []
  /// Longest mean wait first.
  package var byWait: [Entry] = []

  /// What happened from `earlier` to `later`, two readings of one edge.
  init(from earlier: LedgerReading, to later: LedgerReading) {
    nanoseconds = later.takenAt.nanoseconds(since: earlier.takenAt)
    processCPUNanoseconds = later.processCPUNanoseconds.since(earlier.processCPUNanoseconds)
    longJobs = later.longJobCount.since(earlier.longJobCount)
    let entries = Self.entries(earlier, later)
    byCPU = Array(
      entries.filter { $0.cpuNanoseconds > 0 }
        .sorted { ($1.cpuNanoseconds, $0.lane) < ($0.cpuNanoseconds, $1.lane) }
        .prefix(ControlLimits.windowLanes))
    byWait = Array(
      entries.filter { $0.queueWaitNanoseconds > 0 }
        .sorted { ($1.meanWaitNanoseconds, $0.lane) < ($0.meanWaitNanoseconds, $1.lane) }
        .prefix(ControlLimits.windowLanes))
  }

  private static func entries(_ earlier: LedgerReading, _ later: LedgerReading) -> [Entry] {
    var oldZones: [String: ZoneUsage] = [:]
    for zone in earlier.zones { oldZones[zone.id] = zone }
    var oldLanes: [String: LaneUsage] = [:]
    for lane in earlier.systemLanes { oldLanes[lane.name] = lane }
    var entries: [Entry] = []
    for zone in later.zones {
      let old = oldZones[zone.id]
      entries.append(
        Entry(
          lane: zone.name, isZone: true,
          cpuNanoseconds: zone.cpuNanoseconds.since(old?.cpuNanoseconds ?? 0),
          queueWaitNanoseconds: zone.queueWaitNanoseconds.since(old?.queueWaitNanoseconds ?? 0),
          wakeups: zone.wakeups.since(old?.wakeups ?? 0),
          requests: zone.requests.since(old?.requests ?? 0), behind: zone.waits?.behind.first))
    }
    for lane in later.systemLanes {
      let old = oldLanes[lane.name]
      entries.append(
        Entry(
          lane: lane.name, isZone: false,
          cpuNanoseconds: lane.cpuNanoseconds.since(old?.cpuNanoseconds ?? 0),
          queueWaitNanoseconds: lane.queueWaitNanoseconds.since(old?.queueWaitNanoseconds ?? 0),
          wakeups: lane.wakeups.since(old?.wakeups ?? 0), requests: 0))
    }
    return entries
  }

  var tree: ConfigurationValue {
    let list = { (entries: [Entry]) -> ConfigurationValue in
      .array(entries.map { tree(of: $0) })
    }
    return .object([
      ("nanoseconds", .count(nanoseconds)),
      ("processCPUNanoseconds", .count(processCPUNanoseconds)),
      ("longJobs", .count(longJobs)),
      ("byCPU", list(byCPU)), ("byWait", list(byWait)),
    ])
  }

  private func tree(of entry: Entry) -> ConfigurationValue {
    let share = Double(entry.cpuNanoseconds) / Double(max(processCPUNanoseconds, 1))
    return .object([
      ("lane", .string(entry.lane)), ("zone", .bool(entry.isZone)),
      ("cpuNanoseconds", .count(entry.cpuNanoseconds)), ("cpuShare", .ratio(share)),
      ("queueWaitNanoseconds", .count(entry.queueWaitNanoseconds)),
      ("wakeups", .count(entry.wakeups)), ("requests", .count(entry.requests)),
      ("behind", entry.behind?.tree),
    ])
  }

  /// Reads what `tree` writes.
  package init(_ tree: ConfigurationValue) {
    nanoseconds = tree["nanoseconds"]?.number ?? 0
    processCPUNanoseconds = tree["processCPUNanoseconds"]?.number ?? 0
    longJobs = tree["longJobs"]?.number ?? 0
    byCPU = tree["byCPU"]?.elements.map { Entry($0) } ?? []
    byWait = tree["byWait"]?.elements.map { Entry($0) } ?? []
  }
}

extension UsageWindow.Entry {
  /// Reads what a window writes of one lane.
  init(_ tree: ConfigurationValue) {
    lane = tree["lane"]?.text ?? ""
    isZone = tree["zone"]?.flag ?? false
    cpuNanoseconds = tree["cpuNanoseconds"]?.number ?? 0
    queueWaitNanoseconds = tree["queueWaitNanoseconds"]?.number ?? 0
    wakeups = tree["wakeups"]?.number ?? 0
    requests = tree["requests"]?.number ?? 0
    behind = tree["behind"].map { ZoneWaits.Part($0) }
  }
}

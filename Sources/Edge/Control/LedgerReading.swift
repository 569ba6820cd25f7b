// The ledger at one instant.

package import ConfigurationTree
package import Primitives

/// What everybody used until now, and the process as a whole.
package struct LedgerReading: Sendable, Equatable {
  package var takenAt: Instant
  package var epoch: UInt64
  /// CPU time of the whole process, all threads.
  package var processCPUNanoseconds: UInt64
  /// Zones that are in memory, in any order.
  package var zones: [ZoneUsage] = []
  /// System and arrival lanes, and the threads that serve no tenants (control, storage, look-ups).
  package var systemLanes: [LaneUsage] = []
  /// Jobs that ran longer than the watchdog allows, oldest first.
  package var longJobs: [LongJobFact] = []
  /// How many long jobs there were since the start; `longJobs` has the last ones.
  package var longJobCount: UInt64 = 0
  /// Zones that are left out of `zones`.
  package var omittedZones = 0

  package init(takenAt: Instant, epoch: UInt64, processCPUNanoseconds: UInt64) {
    self.takenAt = takenAt
    self.epoch = epoch
    self.processCPUNanoseconds = processCPUNanoseconds
  }

  /// CPU time that belongs to a zone or a system lane; the rest is the kernel's and the runtime's.
  package var chargedCPUNanoseconds: UInt64 {
    zones.reduce(0) { $0 + $1.cpuNanoseconds }
      + systemLanes.reduce(0) { $0 + $1.cpuNanoseconds }
  }

  /// The result of GET /v1/ledger: at most `limit` zones, those with the most CPU first.
  func tree(limit: Int) -> ConfigurationValue {
    let charged = chargedCPUNanoseconds
    let sorted = zones.sorted {
      ($1.cpuNanoseconds, $0.name) < ($0.cpuNanoseconds, $1.name)
    }
    let shown = sorted.prefix(limit)
    return .object([
      ("takenAtNanoseconds", .count(takenAt.nanoseconds)),
      ("epoch", .count(epoch)),
      ("processCPUNanoseconds", .count(processCPUNanoseconds)),
      ("chargedCPUNanoseconds", .count(charged)),
      (
        "zones",
        .array(shown.map { $0.tree(processCPUNanoseconds: processCPUNanoseconds) })
      ),
      ("omittedZones", .integer(omittedZones + sorted.count - shown.count)),
      ("systemLanes", .array(systemLanes.map(\.tree))),
      ("longJobCount", .count(longJobCount)),
      ("longJobs", .array(longJobs.map(\.tree))),
    ])
  }

  /// Reads what `tree` writes.
  package init(_ tree: ConfigurationValue) {
    takenAt = Instant(nanoseconds: tree["takenAtNanoseconds"]?.number ?? 0)
    epoch = tree["epoch"]?.number ?? 0
    processCPUNanoseconds = tree["processCPUNanoseconds"]?.number ?? 0
    zones = tree["zones"]?.elements.map { ZoneUsage($0) } ?? []
    omittedZones = Int(tree["omittedZones"]?.number ?? 0)
    systemLanes = tree["systemLanes"]?.elements.map { LaneUsage($0) } ?? []
    longJobCount = tree["longJobCount"]?.number ?? 0
    longJobs = tree["longJobs"]?.elements.map { LongJobFact($0) } ?? []
  }
}

// What one lane that belongs to no zone used.

import ConfigurationTree
package import Runtime

/// The ledger of one system or arrival lane, summed over the loops that have one of that name.
package struct LaneUsage: Sendable, Equatable {
  package var name: String
  package var cpuNanoseconds: UInt64 = 0
  package var jobs: UInt64 = 0
  package var wakeups: UInt64 = 0
  package var queueWaitNanoseconds: UInt64 = 0
  package var longestJobNanoseconds: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0

  package init(name: String) { self.name = name }

  /// The counters of `ledger` as a reading.
  package init(name: String, _ ledger: LaneLedger) {
    self.name = name
    cpuNanoseconds = ledger.cpuNanoseconds
    jobs = ledger.jobs
    wakeups = ledger.wakeups
    queueWaitNanoseconds = CPUClock.shared.nanoseconds(ledger.waitTicks)
    longestJobNanoseconds = CPUClock.shared.nanoseconds(ledger.longestTicks)
    bytesIn = ledger.bytesIn
    bytesOut = ledger.bytesOut
  }

  var tree: ConfigurationValue {
    .object([
      ("name", .string(name)),
      ("cpuNanoseconds", .count(cpuNanoseconds)),
      ("queueWaitNanoseconds", .count(queueWaitNanoseconds)),
      ("jobs", .count(jobs)), ("wakeups", .count(wakeups)),
      ("longestJobNanoseconds", .count(longestJobNanoseconds)),
      ("bytesIn", .count(bytesIn)), ("bytesOut", .count(bytesOut)),
    ])
  }

  /// Reads what `tree` writes; what is missing is 0.
  init(_ tree: ConfigurationValue) {
    name = tree["name"]?.text ?? ""
    cpuNanoseconds = tree["cpuNanoseconds"]?.number ?? 0
    queueWaitNanoseconds = tree["queueWaitNanoseconds"]?.number ?? 0
    jobs = tree["jobs"]?.number ?? 0
    wakeups = tree["wakeups"]?.number ?? 0
    longestJobNanoseconds = tree["longestJobNanoseconds"]?.number ?? 0
    bytesIn = tree["bytesIn"]?.number ?? 0
    bytesOut = tree["bytesOut"]?.number ?? 0
  }
}

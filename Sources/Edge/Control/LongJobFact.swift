// A job that held its loop for too long.

package import ConfigurationTree

/// One job that the watchdog named: whose, on which loop, how long.
package struct LongJobFact: Sendable, Equatable {
  package var lane: String
  package var loop: String
  package var nanoseconds: UInt64

  package init(lane: String, loop: String, nanoseconds: UInt64) {
    self.lane = lane
    self.loop = loop
    self.nanoseconds = nanoseconds
  }

  var tree: ConfigurationValue {
    .object([
      ("lane", .string(lane)), ("loop", .string(loop)), ("nanoseconds", .count(nanoseconds)),
    ])
  }

  /// Reads what `tree` writes.
  package init(_ tree: ConfigurationValue) {
    lane = tree["lane"]?.text ?? ""
    loop = tree["loop"]?.text ?? ""
    nanoseconds = tree["nanoseconds"]?.number ?? 0
  }
}

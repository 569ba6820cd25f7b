// What the watchdog notes of a job that ran too long.

/// A job that ran longer than the watchdog allows.
package struct LongJob: Sendable {
  package let lane: String
  package let nanoseconds: UInt64
}

// Purges that not all servers of a fleet have made yet.

package import Primitives
import Synchronization

/// Purges that this server makes, or has made, and that others may not have made yet: what comes from them
/// meanwhile may be from before. It counts as fetched before the first of those purges, so that it is nothing
/// that they void. From any thread.
package final class PurgesUnderWay: Sendable {
  /// One of them.
  private struct Entry: Sendable {
    /// The number of the latest purge here before it.
    let before: UInt64
    let deadline: Instant
  }

  private let latest = Atomic<UInt64>(0)
  private let settled = Atomic<UInt64>(.max)
  private let entries = Guarded<[String: Entry]>([:])

  init() {}

  /// The number up to which all servers have made this one's purges; `.max` if none is under way.
  @inline(__always)
  var settledSequence: UInt64 { settled.load(ordering: .acquiring) }

  /// A purge of that number is in force here.
  func note(_ sequence: UInt64) { latest.max(sequence, ordering: .releasing) }

  /// A purge of that name begins, which is not made here yet: until `end`, or `deadline`, if whoever gives it dies. False if
  /// too many are under way.
  package func begin(_ name: String, at now: Instant, until deadline: Instant) -> Bool {
    entries.withLock { entries in
      entries = entries.filter { $0.value.deadline > now }
      guard entries.count < CacheLimits.purgesUnderWay else { return false }
      let before = latest.load(ordering: .acquiring)
      entries[name] = Entry(before: before, deadline: deadline)
      publish(entries)
      return true
    }
  }

  /// All servers have made a purge, but for those that could not be reached. False if it was not under way any
  /// more: something may have been kept that others still had.
  package func end(_ name: String, at now: Instant) -> Bool {
    entries.withLock { entries in
      entries = entries.filter { $0.value.deadline > now }
      let isInTime = entries.removeValue(forKey: name) != nil
      publish(entries)
      return isInTime
    }
  }

  private func publish(_ entries: [String: Entry]) {
    let settled = entries.values.map(\.before).min() ?? .max
    self.settled.store(settled, ordering: .releasing)
  }
}

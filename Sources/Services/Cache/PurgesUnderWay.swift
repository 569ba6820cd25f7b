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
  private let ended = Atomic<UInt64>(0)
  private let entries = Guarded<[String: Entry]>([:])

  init() {}

  /// The number up to which all servers have made this one's purges; `.max` if none is under way.
  @inline(__always)
  var settledSequence: UInt64 { settled.load(ordering: .acquiring) }

  /// How many have ended. What was fetched from peers before one ended may be older than it.
  @inline(__always)
  var endCount: UInt64 { ended.load(ordering: .acquiring) }

  /// A purge of that number is in force here.
  package func note(_ sequence: UInt64) { latest.max(sequence, ordering: .releasing) }

  /// A purge of that name begins, which is not made here yet: until `end`, or `deadline`, if whoever gives it dies. False if
  /// too many are under way.
  package func begin(_ name: String, at now: Instant, until deadline: Instant) -> Bool {
    entries.withLock { entries in
      expire(&entries, now)
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
      expire(&entries, now)
      guard entries.removeValue(forKey: name) != nil else { return false }
      ended.add(1, ordering: .releasing)
      publish(entries)
      return true
    }
  }

  /// Forgets those whose end is not waited for any more. To be called now and then.
  package func expire(at now: Instant) {
    entries.withLock { expire(&$0, now) }
  }

  private func expire(_ entries: inout [String: Entry], _ now: Instant) {
    guard entries.contains(where: { $0.value.deadline <= now }) else { return }
    entries = entries.filter { $0.value.deadline > now }
    ended.add(1, ordering: .releasing)
    publish(entries)
  }

  /// After the count: who finds that nothing is under way any more has the count of then.
  private func publish(_ entries: [String: Entry]) {
    let settled = entries.values.map(\.before).min() ?? .max
    self.settled.store(settled, ordering: .releasing)
  }
}

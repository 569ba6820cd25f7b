// What the reserve did, for those who look at it.

package import Primitives

/// Counts since the start, and what waits now.
package struct ReserveFigures: Sendable {
  /// Looks that found a record, and that found none.
  package internal(set) var hits: UInt64 = 0
  package internal(set) var misses: UInt64 = 0
  /// Looks (of no hit or miss) that the store was too slow for, or that met a failure of it.
  package internal(set) var timeouts: UInt64 = 0
  package internal(set) var failures: UInt64 = 0
  /// Requests that the store refused: wrong credentials, no such bucket.
  package internal(set) var refused: UInt64 = 0
  /// Looks that waited for their turn, whatever came of them.
  package internal(set) var queued: UInt64 = 0
  /// Looks that were not made: all endpoints rest, or their turn did not come in time.
  package internal(set) var resting: UInt64 = 0
  package internal(set) var busy: UInt64 = 0
  /// Objects that were not used: cut short, changed in some byte, of another name, older than they may be.
  package internal(set) var truncated: UInt64 = 0
  package internal(set) var altered: UInt64 = 0
  package internal(set) var foreign: UInt64 = 0
  package internal(set) var expired: UInt64 = 0
  /// Records that were written, that were there already, and that were lost to full queues or failures.
  package internal(set) var written: UInt64 = 0
  package internal(set) var unchanged: UInt64 = 0
  package internal(set) var dropped: UInt64 = 0
  /// Objects written once more because they are in use.
  package internal(set) var refreshed: UInt64 = 0
  /// Objects that were removed, and removals that have to be tried again.
  package internal(set) var removed: UInt64 = 0
  package internal(set) var removalFailures: UInt64 = 0
  /// Removals for which there was no room: each made void all that the zone had.
  package internal(set) var voided: UInt64 = 0
  /// Responses that came while nobody could tell whether the store has older ones, which are void since.
  package internal(set) var outdated: UInt64 = 0
  /// Objects that were found damaged, and are removed so that they can be written anew.
  package internal(set) var discarded: UInt64 = 0
  package internal(set) var bytesRead: UInt64 = 0
  package internal(set) var bytesWritten: UInt64 = 0
  /// What waits to be written.
  package internal(set) var waitingJobs = 0
  package internal(set) var waitingBytes = 0
  /// How long looks took that the store answered.
  package internal(set) var reads = LatencyHistogram()

  package init() {}
}

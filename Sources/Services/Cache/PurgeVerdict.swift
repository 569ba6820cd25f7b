// What purges make of a response.

package import Primitives

/// How a response stands after the purges of its zone since its fetch began.
package enum PurgeVerdict: Equatable, Sendable {
  case current
  /// Purged softly: it is stale since that instant, whatever its lifetime says.
  case stale(since: Instant)
  /// Purged: it must not be used any more.
  case void
}

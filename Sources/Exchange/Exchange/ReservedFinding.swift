// What came of a look at the reserve.

/// What was found under a name.
package enum ReservedFinding<Found: Sendable>: Sendable {
  case found(Found)
  /// Nothing that may be used, now or later.
  case absent
  /// Nobody can tell: the store failed, or was too slow. What it has there may come back later.
  case unknown
}

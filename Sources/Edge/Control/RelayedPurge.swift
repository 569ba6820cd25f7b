// What came of a purge on the other servers of a fleet.

/// A purge that was given to all servers of the fleet.
package struct RelayedPurge: Sendable {
  /// Those that could not be reached, and get it when they can.
  package let away: [String]
  /// This server may have fetched from one that had it later.
  package let mayBeRefilled: Bool

  package init(away: [String], mayBeRefilled: Bool) {
    self.away = away
    self.mayBeRefilled = mayBeRefilled
  }
}

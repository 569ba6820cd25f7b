// What came of a purge on the other servers of a fleet.

/// A purge that was given to all servers of the fleet.
package struct RelayedPurge: Sendable {
  /// Those that could not be reached.
  package let away: [String]
  /// They get it when they can be; false if that could not be kept.
  package let isOwed: Bool
  /// It was too long for them: they purged everything of the zone.
  package let isOfEverything: Bool

  package init(away: [String], isOwed: Bool, isOfEverything: Bool = false) {
    self.away = away
    self.isOwed = isOwed
    self.isOfEverything = isOfEverything
  }
}

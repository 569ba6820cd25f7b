// What looking an alias's target up comes to.

/// The addresses of one family that an alias's target has.
package enum AliasFinding: Equatable, Sendable {
  /// They are a run of contents, empty if the target has none; good for so many seconds. `isOurs` says
  /// that they come from zones of this server alone, whose changes are known at once.
  case addresses([UInt8], ttl: UInt32, isOurs: Bool)
  /// Nobody could tell, or the aliases lead in a circle.
  case failed
}

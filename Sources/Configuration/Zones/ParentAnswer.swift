// What is known of the zone above a signed zone.

/// What came of asking which DS records the zone above has.
package enum ParentAnswer: Equatable, Sendable {
  /// Their contents, in no order; empty if there are none.
  case delegations([[UInt8]])
  /// Nobody could tell.
  case unknown
  /// There is no resolver to ask.
  case unasked
}

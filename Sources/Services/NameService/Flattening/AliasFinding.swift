// What looking an alias's target up comes to.

/// The addresses of one family that an alias's target has.
package enum AliasFinding: Equatable, Sendable {
  /// They are a run of contents, empty if the target has none; good for so many seconds.
  case addresses([UInt8], ttl: UInt32)
  /// The resolver told none, and not for how long that holds (no SOA, RFC 2308 section 5): believed only
  /// where no addresses are known.
  case unproven
  /// Nobody could tell, or the aliases lead in a circle.
  case failed
}

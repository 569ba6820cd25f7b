// What tells most request fields apart at a glance.

/// A digest of the lines of a request field that no normalisation changes.
struct VaryEssence: Sendable {
  /// Over bytes that mean something, whatever their order.
  var sum: UInt64 = 0
  /// Commas and the like, at which normalisation would cut.
  var separators = 0
}

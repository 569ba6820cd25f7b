// What a record in the reserve is found by.

/// The name of a record, in parts that each narrow the one before; whatever their bytes mean.
package struct ReservedName: Hashable, Sendable {
  /// What a removal names.
  package var target: [UInt8]
  /// The target with all else that the request's key has.
  package var identity: [UInt8]
  /// Which of several responses for the same key; nil for the one that is looked at first.
  package var variant: [UInt8]?

  package init(target: [UInt8], identity: [UInt8], variant: [UInt8]? = nil) {
    self.target = target
    self.identity = identity
    self.variant = variant
  }
}

// A set of known field names in two words.

/// Known field names; `other` is never in it.
package struct FieldNameSet: Equatable, Sendable {
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  package init() {}

  /// Adds `name`, unless it is `other`.
  @inline(__always) package mutating func insert(_ name: FieldName) {
    let bit = UInt64(name.rawValue)
    if name == .other { return }
    if bit < 64 { low |= 1 << bit } else { high |= 1 << (bit - 64) }
  }

  /// Whether `name` is in the set.
  @inline(__always) package func contains(_ name: FieldName) -> Bool {
    let bit = UInt64(name.rawValue)
    return (bit < 64 ? low >> bit : high >> (bit - 64)) & 1 != 0
  }
}

// Fields of one block by the names of another.

import Primitives

extension FieldBlock {
  /// Whether there is a field here of the name that `entry` of `other` has.
  package func holdsName(of entry: Entry, in other: FieldBlock) -> Bool {
    guard entry.name == .other else { return contains(entry.name) }
    let wanted = other.bytes.span.extracting(entry.nameRange)
    for own in entries where own.name == .other {
      if bytes.span.extracting(own.nameRange).equalsIgnoringCase(wanted) { return true }
    }
    return false
  }

  /// Whether any field here has a name that a field of `other` has.
  package func holdsAnyName(of other: FieldBlock) -> Bool {
    for entry in other.entries where holdsName(of: entry, in: other) { return true }
    return false
  }

  /// Drops the fields whose names fields of `other` have.
  package mutating func removeNames(of other: FieldBlock) {
    guard holdsAnyName(of: other) else { return }
    let before = self
    removeAll { other.holdsName(of: $0, in: before) }
  }
}

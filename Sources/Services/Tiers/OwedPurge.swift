// A purge that a server has not got yet.

/// A purge that a server is owed, as text, under its number.
package struct OwedPurge: Sendable {
  package let number: UInt64
  package let text: [UInt8]

  /// The purge of that number.
  package init(number: UInt64, text: [UInt8]) {
    self.number = number
    self.text = text
  }
}

// A purge on its way to all servers.

/// A purge with the number that tells it from others under way: `17 {"zone":"example.org",...}` in a message.
package struct NumberedPurge: Sendable, Equatable {
  package let number: UInt64
  package let text: [UInt8]

  /// The purge of that number.
  package init(number: UInt64, text: [UInt8]) {
    self.number = number
    self.text = text
  }

  /// The purge in a message; nil if it has no number.
  package init?(_ content: [UInt8]) {
    let digits = content.prefix(TierLimits.purgeNumberDigits + 1).prefix { $0 != 0x20 }
    guard let number = Self.number(digits) else { return nil }
    self.init(number: number, text: Array(content.dropFirst(digits.count + 1)))
  }

  /// A number alone; nil if it is none.
  static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    guard (1...TierLimits.purgeNumberDigits).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// The content of a message.
  package var content: [UInt8] { Array("\(number) ".utf8) + text }
}

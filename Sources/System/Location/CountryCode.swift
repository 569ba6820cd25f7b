// Countries.

/// A country by its two letters (ISO 3166-1 alpha-2), in capitals.
package struct CountryCode: Hashable, Sendable, CustomStringConvertible {
  package let first: UInt8
  package let second: UInt8

  /// Stands for a country that is not known, as in other products; ISO 3166 leaves it to its users.
  package static let unknown = CountryCode(first: 0x58, second: 0x58)

  /// The country of two letters in either case; nil if `text` is anything else.
  package init?(_ text: Span<UInt8>) {
    guard text.count == 2, let first = Self.capital(text[0]), let second = Self.capital(text[1])
    else { return nil }
    self.init(first: first, second: second)
  }

  private init(first: UInt8, second: UInt8) {
    self.first = first
    self.second = second
  }

  /// The two letters.
  package var description: String { String(decoding: [first, second], as: UTF8.self) }

  private static func capital(_ letter: UInt8) -> UInt8? {
    let capital = letter & ~0x20
    return capital >= 0x41 && capital <= 0x5a ? capital : nil
  }
}

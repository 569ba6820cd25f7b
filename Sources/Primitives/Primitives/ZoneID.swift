// Identity of a zone: stable for its life, never used again.

/// The identity of a zone (a tenant): 128 random bits, written as 32 hexadecimal digits.
@usableFromInline package struct ZoneID: Hashable, Sendable, Comparable, CustomStringConvertible {
  @usableFromInline package let high: UInt64
  @usableFromInline package let low: UInt64

  @inlinable package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads 32 hexadecimal digits; nil if it is anything else.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32 else { return nil }
    var words: [UInt64] = [0, 0]
    for (index, digit) in digits.enumerated() {
      guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
      words[index / 16] = words[index / 16] << 4 | UInt64(value)
    }
    self.init(high: words[0], low: words[1])
  }

  /// A new identity; 128 random bits are never the same twice.
  package static func random(using generator: inout some RandomNumberGenerator) -> ZoneID {
    ZoneID(high: generator.next(), low: generator.next())
  }

  @usableFromInline package var description: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  @inlinable package static func < (a: ZoneID, b: ZoneID) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }
}

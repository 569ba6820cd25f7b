// Sets of ASCII characters as two words: membership without a table in memory.

/// A set of ASCII characters; bytes above 127 are never in it. The words are written out so that
/// they are constants in the code; a test spells each set.
struct ASCIISet: Sendable {
  let low: UInt64
  let high: UInt64

  @inline(__always) func contains(_ byte: UInt8) -> Bool {
    let word = byte & 64 == 0 ? low : high
    return byte < 128 && word >> UInt64(byte & 63) & 1 != 0
  }

  /// Whether every byte of `span` is in the set.
  @inline(__always) func containsAll(_ span: Span<UInt8>) -> Bool {
    for index in 0..<span.count where !contains(span[index]) { return false }
    return true
  }

  /// `tchar` (RFC 9110 section 5.6.2).
  static var token: ASCIISet {
    ASCIISet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
  }

  /// `tchar` without capitals: names in HTTP/2 (RFC 9113 section 8.2.1).
  static var lowercaseToken: ASCIISet {
    ASCIISet(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c000_0000)
  }

  /// `unreserved` (RFC 3986 section 2.3), which is also what a host name is made of.
  static var unreserved: ASCIISet {
    ASCIISet(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe)
  }

  /// Visible characters but `#`: what a request target may hold.
  static var target: ASCIISet {
    ASCIISet(low: 0xffff_fff6_0000_0000, high: 0x7fff_ffff_ffff_ffff)
  }

  /// Characters of a structured field's key after the first (RFC 9651 section 3.1.2).
  static var structuredKey: ASCIISet {
    ASCIISet(low: 0x03ff_6400_0000_0000, high: 0x07ff_fffe_8000_0000)
  }

  /// Characters of a structured field's token after the first (RFC 9651 section 3.3.4).
  static var structuredToken: ASCIISet {
    ASCIISet(low: 0x07ff_ecfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
  }
}

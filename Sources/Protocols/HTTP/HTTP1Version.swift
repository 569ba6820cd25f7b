// The version at the end of a request line and the start of a status line.

/// `HTTP-version` (RFC 9112 section 2.3) as a word of eight bytes.
enum HTTP1Version {
  /// `HTTP/1.1`, the first character in the lowest place.
  static var http11: UInt64 { 0x312e_312f_5054_5448 }
  /// `HTTP/1.0`.
  static var http10: UInt64 { 0x302e_312f_5054_5448 }

  /// Why `word` is not one of them: a later major version gets 505, anything else 400.
  static func fault(_ word: UInt64) -> HTTPParseError {
    let major = UInt8(truncatingIfNeeded: word >> 40)
    let dot = UInt8(truncatingIfNeeded: word >> 48)
    let minor = UInt8(truncatingIfNeeded: word >> 56)
    guard word & 0xff_ffff_ffff == http11 & 0xff_ffff_ffff, dot == 0x2e,
      major >= 0x30, major <= 0x39, minor >= 0x30, minor <= 0x39
    else { return .invalidVersion }
    return major >= 0x32 ? .unsupportedVersion : .invalidVersion
  }
}

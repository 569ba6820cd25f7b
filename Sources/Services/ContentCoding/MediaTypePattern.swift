// Which content types are meant.

import HTTP
import Primitives

/// A media type (RFC 9110 section 8.3.1) with at most one star, which stands for any characters.
struct MediaTypePattern: Sendable {
  /// What comes before the star, or all of it, in lower case.
  private let prefix: [UInt8]
  /// What comes after the star; nil if there is none.
  private let suffix: [UInt8]?
  /// The first byte, and the fewest that match: with these most types are told apart.
  private let first: UInt8
  private let leastBytes: Int

  /// `text` in lower case; nil if it is no such pattern.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= ContentCodingLimits.mediaTypeBytes, let slash = bytes.firstIndex(of: 0x2f),
      slash > 0, slash < bytes.count - 1, bytes.lastIndex(of: 0x2f) == slash,
      bytes.allSatisfy(Self.isAllowed)
    else { return nil }
    guard let star = bytes.firstIndex(of: 0x2a) else {
      prefix = bytes
      suffix = nil
      (first, leastBytes) = (bytes[0], bytes.count)
      return
    }
    guard star > slash, bytes.lastIndex(of: 0x2a) == star else { return nil }
    prefix = Array(bytes[..<star])
    suffix = Array(bytes[(star + 1)...])
    (first, leastBytes) = (bytes[0], bytes.count - 1)
  }

  /// Whether `type`, a media type without parameters, is meant; case means nothing.
  @inline(__always)
  func matches(_ type: Span<UInt8>) -> Bool {
    guard type.count >= leastBytes, type[0].asciiLowercased == first else { return false }
    return equals(type)
  }

  private func equals(_ type: Span<UInt8>) -> Bool {
    guard let suffix else { return type.equalsIgnoringCase(prefix.span) }
    return type.extracting(0..<prefix.count).equalsIgnoringCase(prefix.span)
      && type.extracting(type.count - suffix.count..<type.count).equalsIgnoringCase(suffix.span)
  }

  /// The characters of a token (RFC 9110 section 5.6.2) that media types have, and the slash.
  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x30...0x39, 0x21, 0x23, 0x24, 0x26, 0x2a, 0x2b, 0x2d, 0x2e, 0x2f, 0x5e, 0x5f:
      true
    default: false
    }
  }
}

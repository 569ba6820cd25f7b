// The line before a chunk's content: its size and extensions.

import Primitives

/// Reads chunk heads byte by byte (RFC 9112 section 7.1): hexadecimal digits, extensions that are
/// checked and dropped, CRLF and nothing else.
struct HTTP1ChunkHeadReader: Sendable {
  private var state = State.size
  private var size: UInt64 = 0
  private var digits = 0
  private var extensionBytes = 0
  private var totalExtensionBytes = 0
  private let limits: HTTP1Limits

  init(limits: HTTP1Limits) { self.limits = limits }

  /// What is expected next.
  private enum State {
    case size
    /// White space behind the size, after which only an extension may come.
    case beforeSemicolon
    /// `;` was read, a name must follow.
    case beforeName
    case name
    /// `=` was read, a token or a quoted string must follow.
    case beforeValue
    case value, quoted, escaped, afterQuoted
    case lineFeed
  }

  /// Takes the next byte; returns the chunk's size when its line is over.
  mutating func read(_ byte: UInt8) throws(HTTPParseError) -> UInt64? {
    switch state {
    case .size: try readSize(byte)
    case .lineFeed:
      guard byte == 0x0a else { throw .invalidChunkSize }
      let result = size
      totalExtensionBytes += extensionBytes
      (state, size, digits, extensionBytes) = (.size, 0, 0, 0)
      return result
    default:
      if byte != 0x0d || state == .quoted { try count() }
      state = try afterExtensionByte(byte)
    }
    return nil
  }

  /// `chunk-size = 1*HEXDIG`, at most 16 of them and below 2^63.
  private mutating func readSize(_ byte: UInt8) throws(HTTPParseError) {
    if let value = byte.hexadecimalValue {
      digits += 1
      if digits > 16 || size >> 59 != 0 { throw .chunkTooLarge }
      size = size << 4 | UInt64(value)
      return
    }
    guard digits > 0 else { throw .invalidChunkSize }
    switch byte {
    case 0x0d: state = .lineFeed
    case 0x3b: state = .beforeName
    case 0x20, 0x09: state = .beforeSemicolon
    default: throw .invalidChunkSize
    }
  }

  private mutating func count() throws(HTTPParseError) {
    extensionBytes += 1
    guard extensionBytes <= limits.chunkExtensionBytes,
      totalExtensionBytes + extensionBytes <= limits.totalChunkExtensionBytes
    else { throw .chunkExtensionsTooLarge }
  }

  /// `chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )` (RFC 9112 section
  /// 7.1.1). White space is taken around `;` only before and after it, not around `=`.
  private func afterExtensionByte(_ byte: UInt8) throws(HTTPParseError) -> State {
    let isToken = ASCIISet.token.contains(byte)
    let isSpace = byte == 0x20 || byte == 0x09
    switch (state, byte) {
    case (.beforeSemicolon, _) where isSpace: return .beforeSemicolon
    case (.beforeSemicolon, 0x3b): return .beforeName
    case (.beforeName, _) where isSpace: return .beforeName
    case (.beforeName, _) where isToken, (.name, _) where isToken: return .name
    case (.name, 0x3d): return .beforeValue
    case (.beforeValue, 0x22): return .quoted
    case (.beforeValue, _) where isToken, (.value, _) where isToken: return .value
    case (.quoted, 0x22): return .afterQuoted
    case (.quoted, 0x5c): return .escaped
    case (.quoted, _) where byte >= 0x20 && byte != 0x7f || byte == 0x09: return .quoted
    case (.escaped, _) where byte >= 0x20 && byte != 0x7f || byte == 0x09: return .quoted
    case (.name, 0x3b), (.value, 0x3b), (.afterQuoted, 0x3b): return .beforeName
    case (.name, 0x0d), (.value, 0x0d), (.afterQuoted, 0x0d): return .lineFeed
    case (.name, _) where isSpace, (.value, _) where isSpace, (.afterQuoted, _) where isSpace:
      return .beforeSemicolon
    default: throw .invalidChunkExtension
    }
  }
}

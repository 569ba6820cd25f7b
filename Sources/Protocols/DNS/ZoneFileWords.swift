// The words of an entry, taken from the front.

import Primitives

/// The words of one line of a zone file, or of one content, and how far they were taken.
struct ZoneFileWords {
  let tokens: [ZoneFileToken]
  private let text: [UInt8]
  /// The word that is taken next; when something is thrown, it is about the word before.
  var next = 0

  init(_ tokens: [ZoneFileToken], text: [UInt8]) {
    self.tokens = tokens
    self.text = text
  }

  var isAtEnd: Bool { next == tokens.count }

  /// The bytes of a word, with their escapes as they came.
  func bytes(of token: ZoneFileToken) -> ArraySlice<UInt8> { text[token.range] }

  /// Takes the next word, in which quotation marks may stand anywhere.
  mutating func token() throws(DNSError) -> ZoneFileToken {
    guard next < tokens.count else { throw .missingWord }
    next += 1
    return tokens[next - 1]
  }

  /// Takes the next word; quotation marks may stand around the whole of it only.
  mutating func word() throws(DNSError) -> [UInt8] {
    let token = try token()
    guard token.quotedPartStart == nil else { throw .misplacedQuote }
    return Array(bytes(of: token))
  }

  /// Takes the next word as a name; `@` stands for the origin.
  mutating func name(origin: DomainName?) throws(DNSError) -> DomainName {
    let text = try word()
    if text == [0x40], !tokens[next - 1].isQuoted {
      guard let origin else { throw .relativeNameWithoutOrigin }
      return origin
    }
    return try DomainName(presentation: text.span, origin: origin)
  }
}

// A word of a zone file and where it stood.

/// One word or quoted string. Its bytes lie in the lexer's buffer, with their escapes as they came.
struct ZoneFileToken: Sendable {
  let range: Range<Int>
  let position: ZoneFilePosition
  /// Whether it began with a quotation mark, which is not among its bytes.
  let isQuoted: Bool
  /// Where the first quoted part lies that follows unquoted bytes, as in `alpn="h2,h3"`.
  let quotedPartStart: Int?
}

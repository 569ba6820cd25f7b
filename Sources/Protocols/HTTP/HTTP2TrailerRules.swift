// Trailer sections of HTTP/2.

import Primitives

/// Checks a trailer section, field by field (RFC 9113 section 8.1): no pseudo-header fields, and
/// otherwise as trailers of HTTP/1.1.
package struct HTTP2TrailerRules: Sendable {
  private var rules = HTTP2FieldRules(isOfFleet: false)

  package init() {}

  /// Takes the next field; what may not stand in a trailer section is dropped or refused.
  package mutating func add(
    _ name: Span<UInt8>, _ value: Span<UInt8>, to trailers: inout FieldBlock
  ) throws(HTTPParseError) {
    try rules.count(name, value)
    if HTTP2FieldRules.isPseudoHeader(name) { throw .misplacedPseudoHeader }
    let known = try rules.check(name, value)
    switch known.trailerRule {
    case .refused: throw .forbiddenTrailer
    case .dropped: break
    case .allowed: trailers.append(known: known, name: name, value: value)
    }
  }
}

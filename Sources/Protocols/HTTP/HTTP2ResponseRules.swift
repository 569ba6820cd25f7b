// Header lists of HTTP/2 responses into response heads.

import Primitives

/// Checks the header list of one response from an origin, field by field, and fills a
/// `ResponseHead` (RFC 9113 sections 8.2 and 8.3.2).
package struct HTTP2ResponseRules: Sendable {
  private var rules: HTTP2FieldRules
  private var hasStatus = false
  private var hasFields = false

  /// Where a server of a fleet answers another the list may have what they add.
  package init(isOfFleet: Bool = false) { rules = HTTP2FieldRules(isOfFleet: isOfFleet) }

  /// The value of Content-Length, which the DATA frames must add up to (section 8.1.1).
  package var contentLength: UInt64? { rules.contentLength }

  /// Takes the next field of the list. The fields of `head` must be empty before the first.
  package mutating func add(
    _ name: Span<UInt8>, _ value: Span<UInt8>, to head: inout ResponseHead
  ) throws(HTTPParseError) {
    try rules.count(name, value)
    if HTTP2FieldRules.isPseudoHeader(name) {
      if hasFields { throw .misplacedPseudoHeader }
      guard name.equals(":status") else { throw .invalidPseudoHeader }
      if hasStatus { throw .duplicatePseudoHeader }
      // 101 does not exist in HTTP/2 (section 8.6).
      guard value.count == 3, let status = value.decimal, status >= 100, status <= 599,
        status != 101
      else { throw .invalidStatusLine }
      head.status = UInt16(status)
      hasStatus = true
      return
    }
    hasFields = true
    let known = try rules.check(name, value)
    head.fields.append(known: known, name: name, value: value)
  }

  /// Ends the list.
  package func finish() throws(HTTPParseError) {
    if !hasStatus { throw .missingPseudoHeader }
  }
}

// What a header section is.

/// The kind of a received header section (RFC 9113 section 8.1).
package enum HTTP2HeadersKind: Sendable {
  /// A request's head (server side).
  case request
  /// A final response's head (client side).
  case response
  /// A 1xx response's head (client side); another head follows.
  case interim
  /// A trailer section.
  case trailers
}

// What becomes of cookies in responses that could be stored.

/// How Set-Cookie in a response bears on storing it (RFC 9111 section 7.3).
package enum SetCookiePolicy: String, CaseIterable, Sendable {
  /// Stored with it where the origin says how long the response is fresh, and not stored otherwise.
  case keep
  /// Not stored.
  case refuse
  /// The field is taken out of the response, also of the one that goes to the client at once.
  case strip
}

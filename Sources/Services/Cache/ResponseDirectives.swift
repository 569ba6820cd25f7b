// What a response says to caches.

import Primitives

/// The directives of a response that govern this cache: those of the targeted field if a valid one
/// is there, else those of Cache-Control and Expires (RFC 9213 section 2.2).
struct ResponseDirectives: Sendable, Equatable {
  var noStore = false
  var isPrivate = false
  var isPublic = false
  var noCache = false
  var mustRevalidate = false
  var proxyRevalidate = false
  var mustUnderstand = false
  /// In seconds.
  var maxAge: UInt64?
  var sharedMaxAge: UInt64?
  /// Grace periods of RFC 5861, in seconds.
  var staleWhileRevalidate: UInt64?
  var staleIfError: UInt64?
  /// Names in lower case that `private="..."` and `no-cache="..."` keep out of the store.
  var withheldFields: [[UInt8]] = []
  /// They come from a targeted field: Expires does not count.
  var isTargeted = false

  init() {}

  /// Whether stale reuse is forbidden whatever a request allows (RFC 9111 section 4.2.4);
  /// s-maxage includes proxy-revalidate (section 5.2.2.10).
  var forbidsStale: Bool {
    mustRevalidate || proxyRevalidate || noCache || sharedMaxAge != nil
  }
}

// What a request asks of caches.

import Primitives

/// The cache directives of a request that bear on reuse (RFC 9111 section 5.2.1).
struct RequestDirectives: Sendable, Equatable {
  var noCache = false
  var noStore = false
  var onlyIfCached = false
  /// In seconds.
  var maxAge: UInt64?
  var minFresh: UInt64?
  /// The seconds by which the response may be stale; `max-stale` without a value is the maximum.
  var maxStale: UInt64?

  init() {}

  /// No directives at all.
  static let none = RequestDirectives()
}

// What a request asks of caches.

import HTTP
import Primitives

/// The cache directives of a request that bear on reuse (RFC 9111 section 5.2.1).
struct RequestDirectives: Sendable, Equatable {
  var noCache = false
  var noStore = false
  var onlyIfCached = false
  /// In seconds.
  var maxAge: UInt32?
  var minFresh: UInt32?
  /// The seconds by which the response may be stale; `max-stale` without a value is the maximum.
  var maxStale: UInt32?
  /// Seconds by which the response may be stale if the origin fails (RFC 5861 section 4).
  var staleIfError: UInt32?

  init() {}

  /// The request takes nothing staler than it says.
  var asksForFresh: Bool { noCache || maxAge != nil || minFresh != nil }

  /// Reads Cache-Control or, without it, Pragma (RFC 9111 section 5.4).
  init(_ fields: borrowing FieldBlock) {
    guard fields.contains(.cacheControl) else {
      noCache = fields.withFirst(.pragma) { $0.listHolds("no-cache") } ?? false
      return
    }
    let control = CacheControl(fields)
    noCache = control.flags.contains(.noCache) || !control.noCacheNames.isEmpty
    noStore = control.flags.contains(.noStore)
    onlyIfCached = control.flags.contains(.onlyIfCached)
    maxAge = control.maxAge
    minFresh = control.minFresh
    staleIfError = control.staleIfError
    maxStale = control.flags.contains(.maxStaleAny) ? .max : control.maxStale
  }
}

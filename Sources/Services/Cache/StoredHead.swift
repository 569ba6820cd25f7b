// What is kept of a response beside its body.

import Exchange
import HTTP
import Primitives

/// Status, fields and rules of use of a response that may be stored.
struct StoredHead: Sendable {
  let status: UInt16
  let fields: StoredFields
  let freshness: Freshness
  /// Validation is asked for on every use.
  let noCache: Bool
  /// It must not be used when it is stale.
  let forbidsStale: Bool
  /// Its lifetime is an `s-maxage`: stale use needs its own word (RFC 9111 section 5.2.2.10).
  let isSharedLifetime: Bool
  /// It does not change while it is fresh (RFC 8246).
  let isImmutable: Bool
  /// Grace periods of RFC 5861 in seconds.
  let staleWhileRevalidate: UInt64?
  let staleIfError: UInt64?
  let lastModified: WallTime?
  let selection: VarySelection
  /// How long clients may keep it from when they get it, in seconds, if that is the zone's word.
  let browserSeconds: UInt64?
  /// Fields that clients do not get: those that the zone's word replaces, and tags. For updates by
  /// 304.
  let replaced: FieldBlock?
  let stripsSetCookie: Bool
  /// The hashes of its tags (`PurgeHash`).
  var tags: [UInt64] = []
  /// What keeps it in the reserve; nil if nothing does.
  var reserve: ReserveRule?

  /// Whether requests that waited for it may all use it now.
  func isShareable(at now: Instant) -> Bool { isShareable(freshness, at: now) }

  /// As if its freshness were that.
  func isShareable(_ freshness: Freshness, at now: Instant) -> Bool {
    !noCache && freshness.isFresh(at: now)
  }

  func usability(_ request: RequestDirectives?, at now: Instant) -> Usability {
    usability(request, freshness, at: now)
  }

  /// As if its freshness were that.
  @inline(__always)
  func usability(
    _ request: RequestDirectives?, _ freshness: Freshness, at now: Instant
  ) -> Usability {
    Usability(
      freshness, noCache: noCache, forbidsStale: forbidsStale || isSharedLifetime,
      isImmutable: isImmutable, request: request, now: now)
  }
}

// May a response be stored, and for how long is it fresh?

import HTTP
import Primitives

/// The rules of RFC 9111 section 3 for a shared cache, over values that were parsed before.
struct StorageRules {
  /// What is known of the request.
  var requestHasAuthorization = false
  var requestForbidsStore = false
  /// The zone's lifetime for responses without a word on it, in seconds.
  var defaultLifetimeSeconds: UInt64 = 0

  /// The zone's lifetime in place of the response's own, in seconds; nil leaves it that.
  var edgeLifetimeSeconds: UInt64?
  /// What forbids storing is passed over, if the zone gives a lifetime.
  var ignoresProhibitions = false
  var refusesSetCookie = false

  /// What is known of the response.
  var status: UInt16 = 200
  var directives = ResponseDirectives()
  /// The Date field, or when the response came.
  var date = WallTime(seconds: 0)
  /// The Expires field: nil without one, the distant past if it is invalid (section 5.3).
  var expires: WallTime?
  var lastModified: WallTime?
  var hasEntityTag = false
  var hasSetCookie = false
  var variesOnEverything = false

  init() {}

  /// Why a response is not stored.
  enum Refusal: Equatable, Sendable {
    case status, requestNoStore, noStore, isPrivate, authorization, varies, setCookie, noLifetime
    case contentType
    /// The rules would allow it: it is larger than what is kept.
    case tooLarge
    /// It is too large for memory, and the disk was full and it too seldom asked for, or the disk was too
    /// slow for what came. It is tried again when it is asked for again.
    case seldom
    /// It has more tags than may be kept, and could not be purged by them.
    case tags
    /// It is a part of something else than what was asked for.
    case range
  }

  /// What is to be done.
  enum Decision: Equatable, Sendable {
    /// Store it; it is fresh for so many seconds.
    case store(lifetimeSeconds: UInt64)
    case refuse(Refusal)
  }

  func decide() -> Decision {
    if let refusal = refusal { return .refuse(refusal) }
    if let edgeLifetimeSeconds { return decide(edgeLifetimeSeconds) }
    guard let lifetime = explicitLifetime else { return decideWithoutLifetime() }
    // Without validator and lifetime it could never be used.
    if lifetime == 0 && !hasValidator { return .refuse(.noLifetime) }
    if directives.contains(.noCache) && !hasValidator { return .refuse(.noLifetime) }
    return .store(lifetimeSeconds: lifetime)
  }

  /// `freshness_lifetime` by the response's own word (RFC 9111 section 4.2.1); nil if it has none.
  var explicitLifetime: UInt64? {
    if let shared = directives.control.sharedMaxAge { return UInt64(shared) }
    if let maxAge = directives.control.maxAge { return UInt64(maxAge) }
    if directives.isTargeted { return nil }
    guard let expires else { return nil }
    return UInt64(max(0, expires.seconds - date.seconds))
  }

  /// A tenth of the time since the last change, a day at most (RFC 9111 section 4.2.2); nil where
  /// heuristics are not allowed or have no ground.
  var heuristicLifetime: UInt64? {
    guard directives.contains(.isPublic) || Self.heuristicStatuses.contains(status),
      let lastModified, lastModified < date
    else { return nil }
    return min(UInt64(date.seconds - lastModified.seconds) / 10, CacheLimits.heuristicSeconds)
  }

  private var hasValidator: Bool { hasEntityTag || lastModified != nil }

  /// By the zone's own lifetime. Cookies are for one visitor unless the origin says otherwise.
  private func decide(_ edgeLifetime: UInt64) -> Decision {
    if hasSetCookie, ignoresProhibitions || explicitLifetime == nil { return .refuse(.setCookie) }
    if edgeLifetime == 0 { return .refuse(.noLifetime) }
    if directives.contains(.noCache), !isFree, !hasValidator { return .refuse(.noLifetime) }
    return .store(lifetimeSeconds: edgeLifetime)
  }

  /// Whether the zone passes over what the response forbids.
  var isFree: Bool { ignoresProhibitions && edgeLifetimeSeconds ?? 0 > 0 }

  private func decideWithoutLifetime() -> Decision {
    // A cookie for one visitor is shared only if the origin says how long (RFC 9111 section 7.3).
    if hasSetCookie { return .refuse(.setCookie) }
    let isStorable = directives.contains(.isPublic) || Self.heuristicStatuses.contains(status)
    let lifetime = heuristicLifetime ?? (isStorable ? defaultLifetimeSeconds : 0)
    guard isStorable, lifetime > 0 || hasValidator else { return .refuse(.noLifetime) }
    if directives.contains(.noCache) && !hasValidator { return .refuse(.noLifetime) }
    return .store(lifetimeSeconds: lifetime)
  }

  private var refusal: Refusal? {
    // 206 needs a store of parts, 304 updates what is stored; neither is stored itself.
    if status < 200 || status == 206 || status == 304 { return .status }
    if requestForbidsStore { return .requestNoStore }
    let isUnderstood = Self.understoodStatuses.contains(status)
    // RFC 9111 section 5.2.2.3.
    if directives.contains(.mustUnderstand) && !isUnderstood { return .status }
    if !isFree {
      if directives.contains(.noStore) && !directives.contains(.mustUnderstand) { return .noStore }
      if directives.contains(.isPrivate) { return .isPrivate }
    }
    if hasSetCookie && refusesSetCookie { return .setCookie }
    if variesOnEverything { return .varies }
    // RFC 9111 section 3.5.
    let isForAll =
      directives.contains(.mustRevalidate) || directives.contains(.isPublic)
      || directives.control.sharedMaxAge != nil
    return requestHasAuthorization && !isForAll ? .authorization : nil
  }

  /// RFC 9110 section 15.1.
  static let heuristicStatuses: Set<UInt16> = [
    200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
  ]

  /// Statuses whose caching requirements this cache knows and follows.
  static let understoodStatuses: Set<UInt16> = [
    200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406,
    407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 425, 426, 428, 429, 431, 451,
    500, 501, 502, 503, 504, 505, 511,
  ]
}

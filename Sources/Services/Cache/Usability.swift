// May a stored response answer this request now?

import Primitives

/// Whether a stored response may be used without asking the origin (RFC 9111 section 4).
enum Usability: Equatable, Sendable {
  case fresh
  /// Stale, but the request accepts that and the response does not forbid it.
  case staleAccepted
  /// It must be validated first.
  case validate

  /// `noCache`: the response asks for validation on every use. `forbidsStale`: it must not be used
  /// when it is stale. `isImmutable`: validating it while it is fresh would bring nothing new. `request`
  /// is nil if the request has no directives.
  @inline(__always)
  init(
    _ freshness: Freshness, noCache: Bool, forbidsStale: Bool, isImmutable: Bool = false,
    request: RequestDirectives?, now: Instant
  ) {
    let remaining = freshness.remainingSeconds(at: now)
    guard let request else {
      self = remaining > 0 && !noCache ? .fresh : .validate
      return
    }
    self = Self.judge(
      remaining, age: freshness.ageSeconds(at: now), noCache: noCache, forbidsStale: forbidsStale,
      isImmutable: isImmutable, request: request)
  }

  private static func judge(
    _ remaining: Int64, age: UInt64, noCache: Bool, forbidsStale: Bool, isImmutable: Bool,
    request: RequestDirectives
  ) -> Usability {
    // `no-cache` says that validation is necessary (a forced reload), whatever the response says (RFC
    // 8246 section 2.1).
    if noCache || request.noCache { return .validate }
    // `max-age=0` asks for validation (a reload), even of what came in this very second.
    if let maxAge = request.maxAge, age > maxAge || maxAge == 0, !(isImmutable && remaining > 0) {
      return .validate
    }
    if let minFresh = request.minFresh, remaining < Int64(minFresh) { return .validate }
    if remaining > 0 { return .fresh }
    guard let maxStale = request.maxStale, !forbidsStale, -remaining <= Int64(maxStale) else {
      return .validate
    }
    return .staleAccepted
  }
}

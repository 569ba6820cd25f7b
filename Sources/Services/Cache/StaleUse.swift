// May a stale response answer a request all the same?

import Exchange
import Primitives

/// Why a stale response would be used (RFC 9111 section 4.2.4).
enum StaleUse: Sendable {
  /// It is being validated meanwhile (RFC 5861 section 3).
  case revalidating
  /// The origin answered with a server error (RFC 5861 section 4).
  case error
  /// There is no way to the origin.
  case unreachable

  /// Statuses that are errors in the sense of RFC 5861 section 4.
  static func isError(_ status: UInt16) -> Bool {
    switch status {
    case 500, 502, 503, 504: true
    default: false
    }
  }
}

extension StoredResponse {
  /// Whether the response, which is not fresh, answers a request without waiting for the origin.
  func answersAtOnce(
    _ zone: StaleConfiguration, _ request: RequestDirectives?, at now: Instant
  ) -> Bool {
    if request?.asksForFresh ?? false { return false }
    return allows(failing(at: now) ?? .revalidating, zone, request, at: now)
  }

  /// Whether the response may be used unvalidated for that reason: it must not forbid that, and not
  /// be staler than itself, the zone or (RFC 5861 section 4) the request allows. A request that asks
  /// for something fresher waits for the origin, but is not refused what there is if that fails: its
  /// directives are preferences (RFC 9111 section 5.2.1).
  func allows(
    _ use: StaleUse, _ zone: StaleConfiguration, _ request: RequestDirectives?, at now: Instant
  ) -> Bool {
    if head.noCache || head.forbidsStale { return false }
    if use == .revalidating, let request, request.asksForFresh { return false }
    let grace = Int64(head.graceSeconds(use, zone, request))
    return grace > 0 && -freshness.remainingSeconds(at: now) <= grace
  }

  /// For how many seconds more the response may be used for that reason by requests that ask for
  /// nothing in particular; 0 if it may not.
  func usableSeconds(_ use: StaleUse, _ zone: StaleConfiguration, at now: Instant) -> UInt64 {
    guard !head.noCache, !head.forbidsStale,
      case let grace = head.graceSeconds(use, zone, nil), grace > 0
    else { return 0 }
    return UInt64(max(0, Int64(grace) + freshness.remainingSeconds(at: now)))
  }
}

extension StoredHead {
  fileprivate func graceSeconds(
    _ use: StaleUse, _ zone: StaleConfiguration, _ request: RequestDirectives?
  ) -> UInt64 {
    let ifError = max(staleIfError ?? 0, UInt64(request?.staleIfError ?? 0))
    return switch use {
    // s-maxage forbids what the response does not allow in so many words.
    case .revalidating:
      max(staleWhileRevalidate ?? 0, isSharedLifetime ? 0 : UInt64(zone.whileRevalidateSeconds))
    case .error: max(ifError, isSharedLifetime ? 0 : UInt64(zone.ifErrorSeconds))
    case .unreachable: max(ifError, isSharedLifetime ? 0 : UInt64(zone.ifUnreachableSeconds))
    }
  }
}

extension Failure {
  /// Whether the origin is to blame, or the way to it: the cache is disconnected.
  var isOrigins: Bool { side == .origin && kind != .proxyLoopDetected }
}

// Whether a failed attempt may be followed by another one.

import HTTPClient

/// Decides on retries of one exchange: when nothing was sent; and once, for an idempotent request
/// whose content can be sent again, when a connection that had been used before ended unanswered (RFC
/// 9110 section 9.2.2). What a new connection did not answer is the origin's doing, and a response
/// that began is never asked for again.
///
/// An origin that ends its connections after some requests did nothing wrong: a request that came too
/// late for one of them (GOAWAY, RFC 9113 section 6.8) takes another, and that is not counted. One that
/// a new connection did not take is counted like any failure. Who allows no retries gets none, but for a
/// request of which nothing was sent since its connection takes no more.
struct RetryRule {
  /// What follows a failed attempt.
  enum Decision: Equatable {
    case giveUp
    /// Once more at the same origin on a new connection: the old one was stale.
    case freshConnection
    /// Once more, at one of the other origins if there are any.
    case anotherOrigin
    /// Once more as if it were the first attempt: the origin did nothing wrong.
    case anyOrigin
  }

  let isIdempotent: Bool
  private let retries: Int
  /// How many of them there still are.
  private var left: Int
  /// A request that may have been sent was repeated.
  private var hasRepeated = false
  /// Connections in use that went away before they took the request.
  private var departures = 0

  init(isIdempotent: Bool, retries: Int) {
    self.isIdempotent = isIdempotent
    self.retries = retries
    left = retries
  }

  /// What to do after `error`; `canReplay` says whether the request's content is still there.
  mutating func decide(
    after error: HTTPClientError, progress: HTTPClientError.Progress, onReusedConnection: Bool,
    canReplay: Bool
  ) -> Decision {
    guard canReplay else { return .giveUp }
    if isDeparture(error, onReusedConnection) {
      // It can come too late for several of them.
      departures += 1
      return departures <= OriginLimits.departures ? .anyOrigin : .giveUp
    }
    guard retries > 0 else { return .giveUp }
    guard left > 0, Self.isWorthRetrying(error) else { return .giveUp }
    switch progress {
    case .responseBegan: return .giveUp
    case .noResponse:
      guard isIdempotent, onReusedConnection, !hasRepeated, Self.isClosing(error) else {
        return .giveUp
      }
      hasRepeated = true
    case .nothingSent: break
    }
    left -= 1
    return onReusedConnection ? .freshConnection : .anotherOrigin
  }

  private func isDeparture(_ error: HTTPClientError, _ onReusedConnection: Bool) -> Bool {
    switch error {
    case .notTaken: true
    case .goneAway: onReusedConnection && retries > 0
    default: false
    }
  }

  /// The connection ended: a timeout is not repeated, since the client has waited long enough.
  private static func isClosing(_ error: HTTPClientError) -> Bool {
    switch error {
    case .closedBeforeResponse, .connectionBroken, .refusedUnprocessed: true
    default: false
    }
  }

  private static func isWorthRetrying(_ error: HTTPClientError) -> Bool {
    switch error {
    case .cancelled, .requestMalformed, .requestBroken: false
    default: true
    }
  }
}

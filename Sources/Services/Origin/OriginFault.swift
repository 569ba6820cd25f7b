// What can go wrong on the way to an origin: the room's one closed error.

import Exchange
import HTTPClient

/// Why an attempt at an origin failed.
enum OriginFault: Error {
  /// On the connection, or while it was made.
  case client(HTTPClientError)
  /// Before there was a connection: no address, no place in the pool.
  case failure(Failure)

  /// The failure of the exchange; `isRetryable` if nothing has reached the origin.
  func failure(isRetryable: Bool) -> Failure {
    switch self {
    case .client(let error): error.failure(isRetryable: isRetryable)
    case .failure(let failure): failure
    }
  }

  /// Whether an old connection explains it, that had grown stale or goes away. An origin that does not
  /// answer in time is to blame whatever the connection.
  var isOfOldConnection: Bool {
    switch self {
    case .client(.closedBeforeResponse), .client(.connectionBroken), .client(.goneAway),
      .client(.refusedUnprocessed):
      true
    default: false
    }
  }

  /// Whether it speaks against the origin.
  var blamesOrigin: Bool {
    switch self {
    case .client(.cancelled), .client(.requestBroken), .client(.requestMalformed),
      .client(.notTaken):
      false
    case .client: true
    case .failure(let failure):
      failure.kind != .clientAborted && failure.kind != .connectionLimitReached
    }
  }
}

// Why a server gave no answer.

import Exchange
import HTTPClient

/// What kept a server from answering.
enum PeerFault: Error {
  /// Nobody wants the answer any more.
  case cancelled
  /// Too many wait for it, or waited too long.
  case busy
  /// Its last connection could not be opened.
  case unreachable
  case connection(HTTPClientError)
  /// It gave another answer than the origin's.
  case verdict(PeerVerdict)

  /// What a connection says where another loop met with it; no more than that nothing was sent, unless it says
  /// something about the server.
  var ofConnection: HTTPClientError {
    switch self {
    case .cancelled: .cancelled
    case .connection(let error): error
    case .busy, .unreachable, .verdict: .refusedUnprocessed
    }
  }

  /// Whether an exchange has failed, and was not merely given back.
  var isFailure: Bool {
    guard case .connection(let error) = self else { return false }
    return switch error {
    case .cancelled, .refusedUnprocessed, .goneAway, .notTaken: false
    default: true
    }
  }

  /// Whether it says that the server is not well. What may be due to the one request or response does not: else a
  /// client or an origin with some that nobody takes would keep all zones from the server.
  var blamesServer: Bool {
    guard case .connection(let error) = self else { return false }
    return switch error {
    case .connectTimedOut, .connectFailed, .handshakeFailed, .certificateRefused,
      .closedBeforeResponse, .connectionBroken, .unresponsive:
      true
    case .cancelled, .refusedUnprocessed, .goneAway, .notTaken, .firstByteTimedOut,
      .readTimedOut, .writeTimedOut, .responseMalformed, .responseInvalid, .responseTruncated,
      .requestMalformed, .requestBroken, .http11Required, .streamReset:
      false
    }
  }
}

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

  /// Whether it says something about the server.
  var blamesServer: Bool {
    switch self {
    case .cancelled, .busy, .unreachable, .verdict: false
    case .connection(let error):
      switch error {
      case .cancelled, .refusedUnprocessed, .goneAway, .notTaken: false
      default: true
      }
    }
  }
}

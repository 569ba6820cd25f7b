// Why a server gave no answer.

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
  /// It refuses such requests: it does not know the zone, or has seen the request before.
  case refused(status: UInt16)

  /// Whether it says something about the server.
  var blamesServer: Bool {
    switch self {
    case .cancelled, .busy, .unreachable, .refused: false
    case .connection(let error):
      switch error {
      case .cancelled, .refusedUnprocessed, .goneAway, .notTaken: false
      default: true
      }
    }
  }
}

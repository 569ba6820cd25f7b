// A connection for one exchange.

import Exchange
import HTTPClient
import Runtime

/// What an exchange got to work with: a connection of its own, or a stream on a shared one.
enum OriginLease {
  case http1(HTTP1ClientConnection)
  case http2(HTTP2ClientConnection)

  /// What an exchange needs of its connection.
  struct Wish {
    /// A new one, since an old one failed.
    var isFresh = false
    /// An old one is looked at twice before it is used: the request could not be repeated.
    var mustBeOpen = false
    /// The request asks to switch protocols, which HTTP/2 can't.
    var needsHTTP1 = false
  }

  /// The connection has served before, so that the origin may have closed it meanwhile.
  var isReused: Bool {
    switch self {
    case .http1(let connection): connection.exchangeCount > 0
    case .http2(let connection): connection.exchangeCount > 0
    }
  }

  /// Makes the exchange. Waits on `parker`.
  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    switch self {
    case .http1(let connection): try await connection.exchange(request, parker: parker)
    case .http2(let connection): try await connection.exchange(request, parker: parker)
    }
  }

  /// How much the origin can have done with the exchange that failed by `error`.
  func progress(of error: HTTPClientError) -> HTTPClientError.Progress {
    switch self {
    case .http1(let connection): connection.progress
    case .http2: HTTP2ClientConnection.progress(of: error)
    }
  }
}

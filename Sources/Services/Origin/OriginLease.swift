// A connection for one exchange.

import HTTPClient

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
}

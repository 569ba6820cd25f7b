// The limits of the client side.

extension HTTP2Limits {
  /// What a client grants a server: it opens no streams, and sends more.
  package static var client: HTTP2Limits {
    var limits = HTTP2Limits()
    limits.connectionWindowBytes = 16 << 20
    // Many clients' exchanges share a connection; what it costs is its zone's.
    limits.smallData = 100 * limits.smallData
    return limits
  }
}

// What the head of an HTTP/1.1 message says of its body and its connection.

/// Where a message's body ends and what becomes of the connection (RFC 9112 sections 6.3 and 9.3).
package struct HTTP1MessageFraming: Equatable, Sendable {
  /// How the end of the body is found.
  package enum Body: Equatable, Sendable {
    /// There is none.
    case none
    /// That many bytes (Content-Length).
    case length(UInt64)
    /// The chunked transfer coding (RFC 9112 section 7.1).
    case chunked
    /// Whatever comes until the connection closes; responses only.
    case untilClose
  }

  package var body = Body.none
  /// Whether the connection stays open after this exchange (RFC 9112 section 9.3).
  package var keepAlive = true
  /// `Expect: 100-continue` (RFC 9110 section 10.1.1).
  package var expectsContinue = false
  /// `Connection: upgrade` together with an Upgrade field (RFC 9110 section 7.8) of `websocket` alone.
  package var requestsUpgrade = false

  package init(body: Body = .none, keepAlive: Bool = true) {
    self.body = body
    self.keepAlive = keepAlive
  }
}

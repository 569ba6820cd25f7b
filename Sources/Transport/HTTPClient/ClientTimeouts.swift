// How long an origin may take.

/// Patience with one origin. At each bound the exchange fails, and its connection is closed.
package struct ClientTimeouts: Sendable, Equatable {
  /// For a connection to stand, with TLS.
  package var connect = Duration.seconds(5)
  /// From the request's last byte to the response's head.
  package var firstByte = Duration.seconds(60)
  /// Between two receptions of the response's body, and between two sends of the request's.
  package var betweenBytes = Duration.seconds(60)

  package init() {}
}

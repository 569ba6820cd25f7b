// How a zone's origins are used: the numbers that plans and operators set.

import Primitives

/// Bounds and habits of one zone on the way to its origins, per loop.
package struct OriginPolicy: Equatable, Sendable {
  /// Connections to one origin. At it exchanges wait for one.
  package var connectionsPerOrigin = 256

  /// Connections to all origins of the zone. At it exchanges wait, and idle ones are closed.
  package var connectionsPerZone = 512

  /// Exchanges that wait for a connection. Beyond it they fail at once with 503.
  package var waitingExchanges = 1024

  /// How long an exchange waits for a connection; then it fails with 503.
  package var waitTimeout = Duration.seconds(5)

  /// How long a connection is kept without an exchange; then it is closed.
  package var idleTimeout = Duration.seconds(60)

  /// The age at which a connection gets no further exchange, so that a changed address is followed.
  package var maximumConnectionAge = Duration.seconds(600)

  /// Exchanges on one connection; then it is closed.
  package var exchangesPerConnection = 100_000

  /// Attempts beyond the first one, where RFC 9110 section 9.2.2 allows any; 0 sends nothing twice.
  /// Those after a connection in use that went away are not counted (`OriginLimits.departures`).
  package var retries = 2

  /// Answers 502, 503 or 504 in a row after which an origin is ejected; 0 passes them on and never
  /// ejects for them.
  package var gatewayErrorsBeforeEjection = 5

  /// Whether HTTP/2 is offered to origins over TLS.
  package var allowsHTTP2 = true

  /// How origins are asked whether they are well; nil: not at all.
  package var healthCheck: OriginHealthCheck?

  /// Our name in Via (RFC 9110 section 7.6.3) and CDN-Loop (RFC 8586), a token.
  package var pseudonym = OriginPolicy.usualPseudonym

  package static let usualPseudonym = Array("skerry".utf8)

  package init() {}
}

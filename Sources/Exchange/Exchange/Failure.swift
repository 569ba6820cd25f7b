// Why a request could not be answered as asked: whose fault, what kind, and is a retry safe.

/// A failure of one exchange. Every target maps its own errors to this, once.
package struct Failure: Error, Sendable, Equatable {
  /// What went wrong; those on the origin's side are the error types of RFC 9209 section 2.3.
  package enum Kind: UInt8, Sendable, CaseIterable {
    // The client's side.
    case clientAborted, requestInvalid, requestTooLarge, requestTimeout, earlyDataRefused
    // Between us and the origin.
    case dnsTimeout, dnsError, destinationNotFound, destinationUnavailable, connectionRefused
    case connectionTerminated, connectionTimeout, connectionReadTimeout, connectionLimitReached
    case tlsProtocolError, tlsCertificateError, responseInvalid, responseIncomplete
    case responseTooLarge, upgradeFailed, proxyLoopDetected
    // Our own.
    case overloaded, misdirected, paused, internalError
  }

  /// Whose fault it is: the client's, the origin's (or the way to it), ours.
  package enum Side: UInt8, Sendable { case client, origin, edge }

  package let kind: Kind
  /// Whether nothing of the request has reached the origin, so that trying again is safe.
  package let isRetryable: Bool
  /// What exactly, for people: a host, a limit, a reason. Never a secret.
  package let detail: String

  package init(_ kind: Kind, _ detail: String = "", isRetryable: Bool = false) {
    self.kind = kind
    self.detail = detail
    self.isRetryable = isRetryable
  }

  package var side: Side {
    switch kind {
    case .clientAborted, .requestInvalid, .requestTooLarge, .requestTimeout, .earlyDataRefused,
      .misdirected:
      .client
    case .overloaded, .paused, .internalError: .edge
    default: .origin
    }
  }

  /// The status that tells the client.
  package var status: UInt16 {
    switch kind {
    case .clientAborted, .requestInvalid: 400
    case .requestTooLarge: 413
    case .requestTimeout: 408
    case .earlyDataRefused: 425
    case .misdirected: 421
    case .proxyLoopDetected: 508
    case .overloaded, .paused, .connectionLimitReached: 503
    case .internalError: 500
    case .dnsTimeout, .connectionTimeout, .connectionReadTimeout: 504
    case .destinationNotFound, .destinationUnavailable: 503
    default: 502
    }
  }

  /// The `error` parameter of the Proxy-Status field (RFC 9209 section 2.3).
  package var proxyStatusError: StaticString {
    switch kind {
    case .clientAborted, .requestInvalid, .earlyDataRefused, .misdirected: "http_request_error"
    case .requestTooLarge: "http_request_error"
    case .requestTimeout: "http_request_error"
    case .dnsTimeout: "dns_timeout"
    case .dnsError: "dns_error"
    case .destinationNotFound: "destination_not_found"
    case .destinationUnavailable: "destination_unavailable"
    case .connectionRefused: "connection_refused"
    case .connectionTerminated: "connection_terminated"
    case .connectionTimeout: "connection_timeout"
    case .connectionReadTimeout: "connection_read_timeout"
    case .connectionLimitReached: "connection_limit_reached"
    case .tlsProtocolError: "tls_protocol_error"
    case .tlsCertificateError: "tls_certificate_error"
    case .responseInvalid: "http_protocol_error"
    case .responseIncomplete: "http_response_incomplete"
    case .responseTooLarge: "http_response_body_size"
    case .upgradeFailed: "http_upgrade_failed"
    case .proxyLoopDetected: "proxy_loop_detected"
    case .overloaded, .internalError: "proxy_internal_error"
    case .paused: "destination_unavailable"
    }
  }
}

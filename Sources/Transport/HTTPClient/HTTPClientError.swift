// What can go wrong on the way to an origin and back: the room's one closed error.

package import Exchange
package import HTTP
package import Runtime

/// Why an exchange with an origin failed.
package enum HTTPClientError: Error, Sendable {
  /// Nobody wants the response any more.
  case cancelled
  case connectTimedOut
  case connectFailed(RuntimeError)
  /// The TLS handshake failed, in the library's words.
  case handshakeFailed(String)
  /// The origin's certificate is not what was asked for.
  case certificateRefused(String)
  /// The connection ended before the first byte of a response.
  case closedBeforeResponse
  case connectionBroken(RuntimeError)
  case firstByteTimedOut
  /// The connection is open, and the other end gives no sign of life.
  case unresponsive
  case readTimedOut
  case writeTimedOut
  case responseMalformed(HTTPParseError)
  /// Bytes that RFC 9112 or RFC 9113 does not allow here.
  case responseInvalid(String)
  /// The response's body broke off.
  case responseTruncated
  /// The request can't be written so that it would be read as what it is.
  case requestMalformed(HTTPParseError)
  /// The request's body broke off at the client, or is not as long as announced.
  case requestBroken(Failure)
  /// HTTP/2: the origin did not process the request (REFUSED_STREAM).
  case refusedUnprocessed
  /// HTTP/2: the connection goes away and took no further request (GOAWAY, RFC 9113 section 6.8).
  case goneAway
  /// HTTP/2: the connection takes no more requests, and nothing of this one was sent.
  case notTaken
  /// HTTP/2: the origin wants HTTP/1.1 for this request (HTTP_1_1_REQUIRED).
  case http11Required
  /// HTTP/2: the origin reset the stream.
  case streamReset(String)
}

extension HTTPClientError {
  /// How much an origin can have done with the request when it failed.
  package enum Progress: Sendable {
    /// Nothing was sent, or the origin says that it processed nothing.
    case nothingSent
    /// Sent, at least in part; no byte of a response has come.
    case noResponse
    case responseBegan
  }

  /// The failure of the exchange: the one table of this room.
  package func failure(isRetryable: Bool = false) -> Failure {
    switch self {
    case .cancelled: Failure(.clientAborted, "nobody waits for the response")
    case .connectTimedOut:
      Failure(.connectionTimeout, "connecting took too long", isRetryable: isRetryable)
    case .connectFailed(let error):
      Failure(Self.kind(ofConnect: error.code), error.description, isRetryable: isRetryable)
    case .handshakeFailed(let reason): Failure(.tlsProtocolError, reason, isRetryable: isRetryable)
    case .certificateRefused(let reason):
      Failure(.tlsCertificateError, reason, isRetryable: isRetryable)
    case .closedBeforeResponse:
      Failure(
        .connectionTerminated, "the origin closed before it answered", isRetryable: isRetryable)
    case .connectionBroken(let error):
      Failure(.connectionTerminated, error.description, isRetryable: isRetryable)
    case .firstByteTimedOut: Failure(.connectionReadTimeout, "the origin did not answer in time")
    case .unresponsive:
      Failure(.connectionReadTimeout, "the other end gives no sign of life")
    case .readTimedOut: Failure(.connectionReadTimeout, "the origin's response stalled")
    case .writeTimedOut: Failure(.connectionReadTimeout, "the origin stopped taking the request")
    case .responseMalformed(let error): Failure(.responseInvalid, "malformed response: \(error)")
    case .responseInvalid(let reason): Failure(.responseInvalid, reason)
    case .responseTruncated: Failure(.responseIncomplete, "the origin's response broke off")
    case .requestMalformed(let error): Failure(.requestInvalid, "request not forwarded: \(error)")
    case .requestBroken(let failure): failure
    case .refusedUnprocessed:
      Failure(.connectionTerminated, "the origin refused the stream", isRetryable: isRetryable)
    case .goneAway, .notTaken:
      Failure(
        .connectionTerminated, "the origin's connections go away before they take the request",
        isRetryable: isRetryable)
    case .http11Required:
      Failure(.connectionTerminated, "the origin wants HTTP/1.1", isRetryable: isRetryable)
    case .streamReset(let reason): Failure(.connectionTerminated, reason)
    }
  }

  /// Errnos of connecting as RFC 9209 section 2.3 tells them apart.
  private static func kind(ofConnect code: Int32) -> Failure.Kind {
    switch code {
    case 111: .connectionRefused  // ECONNREFUSED
    case 110: .connectionTimeout  // ETIMEDOUT
    case 100, 101, 112, 113: .destinationUnavailable  // ENETDOWN to EHOSTUNREACH
    default: .connectionTerminated
    }
  }
}

// What can go wrong in the engine.

/// Errors of `HTTP2Session`.
package enum HTTP2Failure: Error, Equatable, Sendable {
  /// The connection is at its end; a GOAWAY with this code is in the output: pull, send, close.
  case connection(HTTP2ErrorCode)
  /// The stream is closed, or its sending side is: nothing was sent.
  case streamClosed
  /// No further request may be opened on this connection: take another one.
  case requestsExhausted
  /// The library refused for a reason of its own (no memory); the connection is unusable.
  case engine
}

// How far a handshake came.

/// The outcome of one step of a handshake. Whatever the outcome, what was appended to the output is
/// to be sent.
package enum TLSHandshakeStep: Equatable, Sendable {
  case done
  case needsInput
  /// A server session knows the ClientHello and waits for `use` or `refuse`; then step again.
  case needsContext
  /// 0-RTT was accepted and data is there: read it, answer it; reading completes the handshake.
  case earlyData
  case failed(TLSError)
}

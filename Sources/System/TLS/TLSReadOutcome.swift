// What a read of plaintext came to.

/// The outcome of one read.
package enum TLSReadOutcome: Equatable, Sendable {
  /// So many bytes of plaintext, at least 1.
  case bytes(Int)
  /// So many bytes of 0-RTT plaintext, which an attacker may have replayed (RFC 8446 section 8):
  /// only safe requests may be acted upon before the handshake is done (RFC 8470).
  case earlyBytes(Int)
  /// Nothing more before ciphertext arrives.
  case needsInput
  /// The peer said that it will send no more (RFC 8446 section 6.1). The end of the connection
  /// without this is a truncation.
  case closeNotify
  /// The session is over; an alert may have been appended to the output.
  case failed(TLSError)
}

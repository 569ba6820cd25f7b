// What a server gave a client to take a session up again.

import COpenSSL

/// A session that a later connection to the same server may resume; opaque.
///
/// Holds secrets of the session and its certificate's verification: use it only with the same
/// `TLSClientContext`. Good for one connection in TLS 1.3 (RFC 8446 appendix C.4).
// Never changed once the library handed it over; its reference count is atomic.
@safe package final class TLSResumption: @unchecked Sendable {
  let session: OpaquePointer

  /// Takes over the caller's reference.
  @unsafe init(_ session: OpaquePointer) { unsafe self.session = session }

  deinit { unsafe SSL_SESSION_free(session) }

  /// Bytes of 0-RTT data that the server would take; 0 for none.
  package var earlyDataBytes: Int { unsafe Int(SSL_SESSION_get_max_early_data(session)) }

  /// Seconds for which the server said that the ticket is good.
  package var lifetimeSeconds: Int { unsafe Int(SSL_SESSION_get_ticket_lifetime_hint(session)) }
}

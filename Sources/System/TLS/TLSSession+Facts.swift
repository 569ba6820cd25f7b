// What was negotiated, for the layers above.

import COpenSSL
import Primitives

extension TLSSession {
  /// The version spoken; nil before the handshake got so far.
  package final var version: TLSVersion? {
    negotiated != nil
      ? .tls13
      : unsafe TLSVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl)))
  }

  /// The cipher suite's number in IANA's registry; 0 before the handshake got so far.
  package final var cipherSuite: UInt16 {
    if let negotiated { return negotiated.suite.rawValue }
    // Safe: a session's cipher is a constant of the library.
    guard let cipher = unsafe SSL_get_current_cipher(ssl) else { return 0 }
    return unsafe SSL_CIPHER_get_protocol_id(cipher)
  }

  /// The cipher suite's name in the RFCs, such as `TLS_AES_128_GCM_SHA256`.
  package final var cipherName: String {
    if let negotiated { return negotiated.suite.name }
    // Safe: as above; its name is a constant string.
    guard let cipher = unsafe SSL_get_current_cipher(ssl),
      let name = unsafe SSL_CIPHER_standard_name(cipher)
    else { return "" }
    return unsafe String(cString: name)
  }

  /// What ALPN agreed on; nil if nothing.
  package final var applicationProtocol: ApplicationProtocol? {
    if let negotiated { return negotiated.applicationProtocol }
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    // Safe: the name lives in the session, which is alive during this call.
    unsafe SSL_get0_alpn_selected(ssl, &start, &count)
    guard let start = unsafe start else { return nil }
    return unsafe ApplicationProtocol(Span(_unsafeStart: start, count: Int(count)))
  }

  /// The names that the other end's certificate is for; none if it showed none.
  package final var peerNames: [String] {
    if let negotiated { return negotiated.peerNames }
    // Safe: the reference that the call gives is the handle's.
    guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return [] }
    return unsafe CertificateHandle(certificate).alternativeNames
  }

  /// Whether the handshake took up an earlier session.
  package final var isResumed: Bool {
    negotiated?.isResumed ?? (unsafe SSL_session_reused(ssl) == 1)
  }

  /// Whether 0-RTT data was accepted.
  package final var acceptedEarlyData: Bool {
    negotiated?.acceptedEarlyData
      ?? (unsafe SSL_get_early_data_status(ssl) == SSL_EARLY_DATA_ACCEPTED)
  }
}

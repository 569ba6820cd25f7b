// From the library's reasons to ours (a table).

import COpenSSL

extension TLSError {
  /// The error that `queued` stands for; `refusal` is the alert we chose, if we ended it.
  init(_ queued: OpenSSL.QueuedError?, refusal: TLSAlert?) {
    guard let queued else {
      self = .protocolViolation("the connection ended during the handshake")
      return
    }
    guard queued.library == ERR_LIB_SSL else {
      self = .protocolViolation(queued.words)
      return
    }
    switch queued.reason {
    case SSL_R_CALLBACK_FAILED:
      self = refusal.map { .refused($0) } ?? .internalFailure(queued.words)
    case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_SHARED_CIPHER, SSL_R_VERSION_TOO_LOW,
      SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS,
      SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_WRONG_SSL_VERSION, SSL_R_UNSUPPORTED_SSL_VERSION,
      SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      self = .nothingInCommon(queued.words)
    case Int32(ERR_R_INTERNAL_ERROR), Int32(ERR_R_MALLOC_FAILURE), SSL_R_NO_CERTIFICATE_ASSIGNED:
      self = .internalFailure(queued.words)
    case Int32(SSL_AD_REASON_OFFSET)..<Int32(SSL_AD_REASON_OFFSET) + 256:
      let number = Int(queued.reason) - Int(SSL_AD_REASON_OFFSET)
      let alert = TLSAlert(rawValue: UInt8(truncatingIfNeeded: number))
      self = alert.map { .peerAlert($0) } ?? .peerAlertNumber(number)
    default:
      self = .protocolViolation(queued.words)
    }
  }
}

extension TLSVerificationFailure {
  /// The failure that OpenSSL's verification result `code` stands for; nil if it is a success.
  init?(_ code: Int) {
    switch Int32(truncatingIfNeeded: code) {
    case X509_V_OK: return nil
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
      self = .unknownIssuer
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      self = .selfSigned
    case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
    case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
    case X509_V_ERR_HOSTNAME_MISMATCH: self = .nameMismatch
    case X509_V_ERR_IP_ADDRESS_MISMATCH: self = .addressMismatch
    case X509_V_ERR_CERT_REVOKED: self = .revoked
    case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK:
      self = .weak
    default:
      // Safe: the library's verification strings are constants.
      self = .other(unsafe String(cString: X509_verify_cert_error_string(code)))
    }
  }
}

// What we negotiate: suites, groups, signatures, options of both ends.

import COpenSSL

/// The negotiable parts of TLS, the same for every zone.
enum Suites {
  /// RFC 8446 appendix B.4; AES-128 first because it is the fastest where AES is in hardware, and
  /// clients without it say so by asking for ChaCha20 first.
  private static let tls13 =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"

  /// Forward secrecy and AEAD only (RFC 9325 section 4.2), which is what HTTP/2 allows as well.
  private static let tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"

  private static let groups = "X25519:P-256:P-384"

  private static let signatures =
    "ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256:ecdsa_secp384r1_sha384:"
    + "rsa_pss_rsae_sha384:rsa_pkcs1_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha512"

  /// No compression (RFC 9325 section 3.3), no renegotiation (RFC 9113 section 9.2.1).
  static let options = skerry_option_no_compression() | skerry_option_no_renegotiation()

  /// Sets all of this; false if the library refuses any of it.
  @unsafe static func apply(to context: OpaquePointer) -> Bool {
    // Idle sessions give their record buffers back: 17 to 34 KiB each otherwise.
    unsafe skerry_ctx_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
    return unsafe SSL_CTX_set_ciphersuites(context, tls13) == 1
      && SSL_CTX_set_cipher_list(context, tls12) == 1
      && skerry_ctx_set_groups(context, groups) == 1
      && skerry_ctx_set_signature_algorithms(context, signatures) == 1
      && skerry_ctx_set_min_version(context, TLS1_2_VERSION) == 1
  }
}

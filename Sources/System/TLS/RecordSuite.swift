// The cipher suites of TLS 1.3, as far as records need them.

/// A cipher suite by its number (RFC 8446 appendix B.4): an AEAD, and the hash of its key schedule.
enum RecordSuite: UInt16 {
  case aes128GCM = 0x1301
  case aes256GCM = 0x1302
  case chaCha20Poly1305 = 0x1303

  /// The suite's name in the RFC.
  var name: String {
    switch self {
    case .aes128GCM: "TLS_AES_128_GCM_SHA256"
    case .aes256GCM: "TLS_AES_256_GCM_SHA384"
    case .chaCha20Poly1305: "TLS_CHACHA20_POLY1305_SHA256"
    }
  }

  /// The AEAD's name in the library.
  var cipherName: String {
    switch self {
    case .aes128GCM: "AES-128-GCM"
    case .aes256GCM: "AES-256-GCM"
    case .chaCha20Poly1305: "ChaCha20-Poly1305"
    }
  }

  var keyBytes: Int { self == .aes128GCM ? 16 : 32 }

  var hash: HKDF.Hash { self == .aes256GCM ? .sha384 : .sha256 }

  /// Bytes of the hash, and so of every secret.
  var secretBytes: Int { hash.bytes }
}

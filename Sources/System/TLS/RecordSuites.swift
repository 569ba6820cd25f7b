// The suites' contexts of a loop.

import Primitives

/// What all record layers of a loop share. Confined to its loop.
final class RecordSuites {
  private let aes128GCM: CipherContexts
  private let aes256GCM: CipherContexts
  private let chaCha20Poly1305: CipherContexts

  init() throws(TLSError) {
    aes128GCM = try CipherContexts(.aes128GCM)
    aes256GCM = try CipherContexts(.aes256GCM)
    chaCha20Poly1305 = try CipherContexts(.chaCha20Poly1305)
  }

  subscript(suite: RecordSuite) -> CipherContexts {
    switch suite {
    case .aes128GCM: aes128GCM
    case .aes256GCM: aes256GCM
    case .chaCha20Poly1305: chaCha20Poly1305
    }
  }
}

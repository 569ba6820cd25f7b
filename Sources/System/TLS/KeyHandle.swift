// The owner of a key.

import COpenSSL

/// A key of the library, freed with its owner.
// Immutable once made; the library's reference count and caches have their own locks.
@safe final class KeyHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  @unsafe init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe EVP_PKEY_free(pointer) }

  var securityBits: Int { unsafe Int(EVP_PKEY_get_security_bits(pointer)) }

  /// What kind of key this is; nil for kinds that not every client takes.
  var kind: TLSKeyKind? {
    switch unsafe EVP_PKEY_get_base_id(pointer) {
    case EVP_PKEY_EC: .ecdsa
    case EVP_PKEY_RSA: .rsa
    default: nil
    }
  }
}

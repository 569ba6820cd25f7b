// Signing with one key on one thread.

import COpenSSL
import Primitives

/// What the library keeps of a key between signatures. Confined to one thread.
@safe package final class SigningContext {
  /// Bytes of a signature, of each algorithm (RFC 6605 section 4, RFC 8080 section 4).
  package static let signatureBytes = 64

  /// What the algorithm needs. Safe: only this class makes and frees what they point to.
  @safe private enum State {
    case ecdsa(OpaquePointer)
    case ed25519(OpaquePointer)
  }

  private let state: State
  // Keeps what the context works with.
  private let key: SigningKey

  /// Nil if the library fails.
  package init?(_ key: SigningKey) {
    switch key.algorithm {
    case .ecdsaP256:
      guard let context = unsafe skerry_signer_new(key.handle.pointer) else { return nil }
      unsafe state = .ecdsa(context)
    case .ed25519:
      guard let context = unsafe EVP_MD_CTX_new() else { return nil }
      unsafe state = .ed25519(context)
    }
    self.key = key
  }

  deinit {
    switch state {
    case .ecdsa(let context): unsafe EVP_PKEY_CTX_free(context)
    case .ed25519(let context): unsafe EVP_MD_CTX_free(context)
    }
  }

  /// Appends the signature of `bytes` to `output`; false, and nothing is appended, if the library
  /// fails. Takes about 30 us.
  package func sign(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Bool {
    var signature = InlineArray<64, UInt8>(repeating: 0)
    var room = signature.mutableSpan
    // Safe: the signature has the 64 bytes that are written.
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe room.withUnsafeMutableBufferPointer { room in
        switch state {
        case .ecdsa(let context):
          unsafe skerry_sign(context, bytes.baseAddress, bytes.count, room.baseAddress)
        case .ed25519(let context):
          unsafe skerry_ed25519_sign(
            context, key.handle.pointer, bytes.baseAddress, bytes.count, room.baseAddress)
        }
      }
    }
    guard result == 1 else {
      OpenSSL.forgetErrors()
      return false
    }
    output.append(signature.span)
    return true
  }
}

// Signing with one key on one thread.

import COpenSSL
import Primitives

/// What the library keeps of a key between signatures. Confined to one thread.
@safe package final class SigningContext {
  /// Bytes of a signature: r and s (RFC 6605 section 4).
  package static let signatureBytes = 64

  private let context: OpaquePointer
  // Keeps what the context works with.
  private let key: SigningKey

  /// Nil if the library fails.
  package init?(_ key: SigningKey) {
    guard let context = unsafe skerry_signer_new(key.handle.pointer) else { return nil }
    unsafe self.context = context
    self.key = key
  }

  deinit { unsafe EVP_PKEY_CTX_free(context) }

  /// Appends the signature of `bytes` to `output`; false, and nothing is appended, if the library
  /// fails. Takes about 30 us.
  package func sign(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) -> Bool {
    var signature = InlineArray<64, UInt8>(repeating: 0)
    var room = signature.mutableSpan
    // Safe: the signature has the 64 bytes that are written.
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe room.withUnsafeMutableBufferPointer { room in
        unsafe skerry_sign(context, bytes.baseAddress, bytes.count, room.baseAddress)
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

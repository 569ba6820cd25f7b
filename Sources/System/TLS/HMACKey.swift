// Keys of message authentication codes.

import COpenSSL

/// A secret for HMAC (RFC 2104) over a digest of SHA-2. It never appears in descriptions or mirrors;
/// only `secret` gives it out. Any thread.
package struct HMACKey: Hashable, Sendable {
  /// The digest under the code.
  package enum Digest: Sendable {
    case sha256, sha384, sha512

    /// Bytes of the digest, and so of the code.
    package var bytes: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }

    fileprivate var handle: OpaquePointer? {
      switch self {
      case .sha256: unsafe EVP_sha256()
      case .sha384: unsafe EVP_sha384()
      case .sha512: unsafe EVP_sha512()
      }
    }
  }

  package let digest: Digest
  package let secret: [UInt8]

  /// A secret of at least one byte; as many as the digest has are usual.
  package init(_ digest: Digest, secret: [UInt8]) {
    self.digest = digest
    self.secret = secret
  }

  /// The code of `bytes`; nil if there is no secret, or the library fails.
  package func code(of bytes: Span<UInt8>) -> [UInt8]? {
    guard !secret.isEmpty, OpenSSL.isReady, let handle = unsafe digest.handle else { return nil }
    var code = [UInt8](repeating: 0, count: digest.bytes)
    var length: UInt32 = 0
    // Safe: the code has room for the digest, and the library keeps nothing.
    let result = unsafe secret.withUnsafeBufferPointer { secret in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe code.withUnsafeMutableBufferPointer { code in
          unsafe HMAC(
            handle, secret.baseAddress, Int32(secret.count), bytes.baseAddress,
            bytes.count, code.baseAddress, &length)
        }
      }
    }
    guard unsafe result != nil, Int(length) == digest.bytes else {
      OpenSSL.forgetErrors()
      return nil
    }
    return code
  }

  /// Whether `code`, which may be cut short (RFC 2104 section 5), is that of `bytes`. The time that
  /// this takes does not tell where they differ.
  package func authenticates(_ bytes: Span<UInt8>, by code: Span<UInt8>) -> Bool {
    guard code.count > 0, let own = self.code(of: bytes), code.count <= own.count else {
      return false
    }
    // Safe: both have as many bytes as are compared.
    return unsafe own.withUnsafeBufferPointer { own in
      unsafe code.withUnsafeBufferPointer { code in
        unsafe CRYPTO_memcmp(own.baseAddress, code.baseAddress, code.count) == 0
      }
    }
  }
}

extension HMACKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(secret)" }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: []) }
}

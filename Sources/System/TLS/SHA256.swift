// The digest SHA-256 of bytes that come in pieces.

import COpenSSL

/// A digest by SHA-256 (FIPS 180-4) that is being made. One thread at a time.
@safe package struct SHA256: ~Copyable {
  /// Bytes of a digest.
  package static let bytes = 32

  // Owned by this value, freed in `deinit`; nil if the library had no memory.
  private let context: OpaquePointer?
  private var isSound: Bool

  package init() {
    unsafe context = OpenSSL.isReady ? EVP_MD_CTX_new() : nil
    unsafe isSound = context != nil && EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes the next bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    guard isSound else { return }
    // Safe: the library reads exactly the bytes that are lent, and keeps nothing.
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }
    isSound = result == 1
  }

  /// The digest of all that was taken; nil if the library failed.
  package mutating func finish() -> [UInt8]? {
    defer { isSound = false }
    guard isSound else {
      OpenSSL.forgetErrors()
      return nil
    }
    var digest = [UInt8](repeating: 0, count: Self.bytes)
    var length: UInt32 = 0
    // Safe: the digest has room for what SHA-256 gives.
    let result = unsafe digest.withUnsafeMutableBufferPointer { digest in
      unsafe EVP_DigestFinal_ex(context, digest.baseAddress, &length)
    }
    return result == 1 && Int(length) == Self.bytes ? digest : nil
  }

  /// The digest of `bytes`; nil if the library failed.
  package static func digest(of bytes: Span<UInt8>) -> [UInt8]? {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finish()
  }
}

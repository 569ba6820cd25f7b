// Keys that sign DNS zones.

import COpenSSL
import Primitives

/// A key of ECDSA with P-256 and SHA-256, the algorithm 13 of DNSSEC (RFC 6605). Any thread.
@safe package final class SigningKey: Sendable {
  /// Bytes of the private number, and of the public point's two.
  package static let privateBytes = 32
  package static let publicBytes = 64

  let handle: KeyHandle

  private init(_ handle: KeyHandle) { self.handle = handle }

  /// A new key from the library's random numbers; nil if the library fails.
  package static func generate() -> SigningKey? {
    guard OpenSSL.isReady, let key = unsafe skerry_generate_ec("P-256") else { return nil }
    return unsafe SigningKey(KeyHandle(key))
  }

  /// The key of these numbers, big-endian; nil if they are none.
  package convenience init?(privateKey: [UInt8], publicKey: [UInt8]) {
    guard OpenSSL.isReady, privateKey.count == Self.privateBytes,
      publicKey.count == Self.publicBytes
    else { return nil }
    defer { OpenSSL.forgetErrors() }
    // Safe: both have the bytes that are read, and the library copies them.
    let key = unsafe privateKey.withUnsafeBufferPointer { secret in
      unsafe publicKey.withUnsafeBufferPointer { point in
        unsafe skerry_signing_key(secret.baseAddress, point.baseAddress)
      }
    }
    guard let key = unsafe key else { return nil }
    unsafe self.init(KeyHandle(key))
  }

  /// The private number and the public point; nil if the library fails.
  package var numbers: (privateKey: [UInt8], publicKey: [UInt8])? {
    var secret = [UInt8](repeating: 0, count: Self.privateBytes)
    var point = [UInt8](repeating: 0, count: Self.publicBytes)
    // Safe: both have the bytes that are written.
    let result = unsafe secret.withUnsafeMutableBufferPointer { secret in
      unsafe point.withUnsafeMutableBufferPointer { point in
        unsafe skerry_signing_numbers(handle.pointer, secret.baseAddress, point.baseAddress)
      }
    }
    return result == 1 ? (secret, point) : nil
  }

  /// SHA-256 of `bytes`; nil if the library fails.
  package static func digest(of bytes: Span<UInt8>) -> [UInt8]? {
    guard OpenSSL.isReady else { return nil }
    var digest = [UInt8](repeating: 0, count: 32)
    // Safe: the digest has the 32 bytes that are written.
    let result = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe digest.withUnsafeMutableBufferPointer { digest in
        unsafe skerry_sha256(bytes.baseAddress, bytes.count, digest.baseAddress)
      }
    }
    return result == 1 ? digest : nil
  }
}

// Keys that sign DNS zones.

import COpenSSL
import Primitives

/// A key of a DNSSEC algorithm. Any thread.
@safe package final class SigningKey: Sendable {
  /// What signatures are made by, under its number in DNSSEC.
  package enum Algorithm: UInt8, CaseIterable, Sendable {
    /// ECDSA with P-256 and SHA-256 (RFC 6605).
    case ecdsaP256 = 13
    /// Ed25519 (RFC 8080).
    case ed25519 = 15

    /// Bytes of the public key: a point of the curve as two numbers, or as one.
    package var publicBytes: Int { self == .ecdsaP256 ? 64 : 32 }
  }

  /// Bytes of a private key.
  package static let privateBytes = 32

  package let algorithm: Algorithm
  let handle: KeyHandle

  private init(_ algorithm: Algorithm, _ handle: KeyHandle) {
    self.algorithm = algorithm
    self.handle = handle
  }

  /// A new key from the library's random numbers; nil if the library fails.
  package static func generate(_ algorithm: Algorithm = .ecdsaP256) -> SigningKey? {
    guard OpenSSL.isReady else { return nil }
    defer { OpenSSL.forgetErrors() }
    let key =
      switch algorithm {
      case .ecdsaP256: unsafe skerry_generate_ec("P-256")
      case .ed25519: unsafe skerry_ed25519_generate()
      }
    guard let key = unsafe key else { return nil }
    return unsafe SigningKey(algorithm, KeyHandle(key))
  }

  /// The key of these numbers, as DNSSEC writes them; nil if they are none.
  package convenience init?(
    _ algorithm: Algorithm = .ecdsaP256, privateKey: [UInt8], publicKey: [UInt8]
  ) {
    guard OpenSSL.isReady, privateKey.count == Self.privateBytes,
      publicKey.count == algorithm.publicBytes
    else { return nil }
    defer { OpenSSL.forgetErrors() }
    // Safe: both have the bytes that are read, and the library copies them.
    let key = unsafe privateKey.withUnsafeBufferPointer { secret in
      unsafe publicKey.withUnsafeBufferPointer { point in
        switch algorithm {
        case .ecdsaP256: unsafe skerry_signing_key(secret.baseAddress, point.baseAddress)
        case .ed25519: unsafe skerry_ed25519_key(secret.baseAddress, point.baseAddress)
        }
      }
    }
    guard let key = unsafe key else { return nil }
    unsafe self.init(algorithm, KeyHandle(key))
  }

  /// The private and the public key; nil if the library fails.
  package var numbers: (privateKey: [UInt8], publicKey: [UInt8])? {
    var secret = [UInt8](repeating: 0, count: Self.privateBytes)
    var point = [UInt8](repeating: 0, count: algorithm.publicBytes)
    // Safe: both have the bytes that are written.
    let result = unsafe secret.withUnsafeMutableBufferPointer { secret in
      unsafe point.withUnsafeMutableBufferPointer { point in
        switch algorithm {
        case .ecdsaP256:
          unsafe skerry_signing_numbers(handle.pointer, secret.baseAddress, point.baseAddress)
        case .ed25519:
          unsafe skerry_ed25519_numbers(handle.pointer, secret.baseAddress, point.baseAddress)
        }
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

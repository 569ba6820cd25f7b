// The key derivation of TLS 1.3.

import COpenSSL
import Primitives

/// HKDF as RFC 8446 section 7.1 uses it, over SHA-256 or SHA-384.
///
/// It serves our record layer, and by `install` the library's handshakes as well: the library looks
/// its own up and copies its parameters about at every step, a sixth of a handshake in all.
enum HKDF {
  /// A hash of the key schedule.
  enum Hash {
    case sha256
    case sha384

    var bytes: Int { self == .sha256 ? 32 : 48 }
  }

  /// Bytes of the longer hash, as many as any result here has at most.
  typealias Block = InlineArray<48, UInt8>

  /// HKDF-Expand-Label: `length` bytes, at most one hash, that follow from `secret`, `label` and
  /// `context` (at most one hash). What is behind them is to be ignored.
  static func expand(
    _ secret: Span<UInt8>, label: Span<UInt8>, context: Span<UInt8>, hash: Hash, length: Int
  ) -> Block {
    precondition(secret.count <= hash.bytes && length <= hash.bytes)
    precondition(label.count <= Limits.keyLabelBytes && context.count <= Hash.sha384.bytes)
    // struct { uint16 length; opaque label<7..255>; opaque context<0..255>; }, then the number of
    // the only block.
    var input = InlineArray<88, UInt8>(repeating: 0)
    let prefix: StaticString = "tls13 "
    input[1] = UInt8(truncatingIfNeeded: length)
    input[2] = UInt8(truncatingIfNeeded: prefix.utf8CodeUnitCount + label.count)
    var count = 3
    // Safe: a static string of more than one scalar is a constant in the binary.
    prefix.withUTF8Buffer { bytes in
      for index in 0..<bytes.count { unsafe input[count + index] = bytes[index] }
    }
    count += prefix.utf8CodeUnitCount
    for index in 0..<label.count { input[count + index] = label[index] }
    count += label.count
    input[count] = UInt8(truncatingIfNeeded: context.count)
    count += 1
    for index in 0..<context.count { input[count + index] = context[index] }
    count += context.count
    input[count] = 1
    return authenticate(input.span.extracting(0..<count + 1), key: secret, hash: hash)
  }

  /// As above, with a label that is a constant and an empty context.
  static func expand(
    _ secret: Span<UInt8>, label: StaticString, hash: Hash, length: Int
  ) -> Block {
    // Safe: as above.
    label.withUTF8Buffer { bytes in
      expand(
        secret, label: unsafe Span(_unsafeElements: bytes), context: Span(), hash: hash,
        length: length)
    }
  }

  /// HKDF-Extract of `material` (zeros if it is empty), salted by what follows from the secret
  /// before (nothing if it is empty).
  static func extract(_ material: Span<UInt8>, previous: Span<UInt8>, hash: Hash) -> Block {
    let zeros = Block(repeating: 0)
    let isGiven = material.count > 0
    let material = isGiven ? material : zeros.span.extracting(0..<hash.bytes)
    guard previous.count > 0 else { return authenticate(material, key: Span(), hash: hash) }
    let empty = hash == .sha256 ? emptySHA256 : emptySHA384
    var salt = Block(repeating: 0)
    let label: StaticString = "derived"
    // Safe: as above.
    label.withUTF8Buffer { bytes in
      salt = expand(
        previous, label: unsafe Span(_unsafeElements: bytes),
        context: empty.span.extracting(0..<hash.bytes), hash: hash, length: hash.bytes)
    }
    defer { salt.wipe() }
    return authenticate(material, key: salt.span.extracting(0..<hash.bytes), hash: hash)
  }

  /// The hash of nothing.
  private static let emptySHA256: Block = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  ]
  private static let emptySHA384: Block = [
    0x38, 0xb0, 0x60, 0xa7, 0x51, 0xac, 0x96, 0x38, 0x4c, 0xd9, 0x32, 0x7e, 0xb1, 0xb1, 0xe3, 0x6a,
    0x21, 0xfd, 0xb7, 0x11, 0x14, 0xbe, 0x07, 0x43, 0x4c, 0x0c, 0xc7, 0xbf, 0x63, 0xf6, 0xe1, 0xda,
    0x27, 0x4e, 0xde, 0xbf, 0xe7, 0x6f, 0x65, 0xfb, 0xd5, 0x1a, 0xd2, 0xf1, 0x48, 0x98, 0xb9, 0x5b,
  ]

  /// HMAC of `bytes`.
  private static func authenticate(
    _ bytes: Span<UInt8>, key: Span<UInt8>, hash: Hash
  ) -> Block {
    var code = Block(repeating: 0)
    var span = code.mutableSpan
    // Safe: the code has room for the longer hash, and the key is no longer than the hash.
    unsafe key.withUnsafeBufferPointer { key in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe span.withUnsafeMutableBufferPointer { code in
          unsafe skerry_hmac(
            hash == .sha384 ? 1 : 0, key.baseAddress, key.count, bytes.baseAddress, bytes.count,
            code.baseAddress)
        }
      }
    }
    return code
  }
}

extension InlineArray where Element == UInt8 {
  /// Overwrites secret bytes, in a way that the compiler can't leave out.
  mutating func wipe() {
    var span = mutableSpan
    // Safe: exactly the array's own bytes.
    unsafe span.withUnsafeMutableBufferPointer { bytes in
      unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    }
  }
}

// The keys that seal session tickets, as values that all loops and servers share.

import COpenSSL
import Glibc

/// The ticket keys in force: one that seals, and those that still open (RFC 5077 section 4).
///
/// Rotation is a new value, given to every acceptor. Key material is 80 bytes: a name (16), an
/// AES-256 key (32), an HMAC-SHA-256 key (32).
package struct TLSTicketKeys: Equatable, Sendable {
  /// Bytes of one key's material.
  package static let keyBytes = 80

  /// All keys one after the other, the sealing one first.
  package let material: [UInt8]

  /// Keys of which `current` seals and opens and `accepted` only open: the previous one, and the
  /// next one while it spreads to all servers. Nil if a length or their number is wrong.
  package init?(current: [UInt8], accepted: [[UInt8]] = []) {
    guard accepted.count <= Limits.acceptedTicketKeys, current.count == Self.keyBytes,
      accepted.allSatisfy({ $0.count == Self.keyBytes })
    else { return nil }
    material = current + accepted.joined()
  }

  /// Keys from their material, as `material` gives it; nil if it has a wrong length.
  package init?(material: [UInt8]) {
    let count = material.count / Self.keyBytes
    guard material.count % Self.keyBytes == 0, (1...1 + Limits.acceptedTicketKeys).contains(count)
    else { return nil }
    self.material = material
  }

  /// The same keys with `next` as one that opens too: for the time until every acceptor has it.
  package func accepting(_ next: TLSTicketKeys) -> TLSTicketKeys {
    let others = stride(from: Self.keyBytes, to: material.count, by: Self.keyBytes).map {
      Array(material[$0..<$0 + Self.keyBytes])
    }
    let accepted = [Array(next.material.prefix(Self.keyBytes))] + others
    return TLSTicketKeys(
      current: Array(material.prefix(Self.keyBytes)),
      accepted: Array(accepted.prefix(Limits.acceptedTicketKeys))) ?? self
  }

  /// One new key of the library's randomness, known to nobody else.
  package static func generate() throws(TLSError) -> TLSTicketKeys {
    guard OpenSSL.isReady else { throw .internalFailure("OpenSSL did not start") }
    var key = [UInt8](repeating: 0, count: keyBytes)
    // Safe: the library fills exactly the array's bytes.
    let result = unsafe key.withUnsafeMutableBufferPointer { buffer in
      unsafe RAND_priv_bytes(buffer.baseAddress, Int32(buffer.count))
    }
    guard result == 1, let keys = TLSTicketKeys(current: key) else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "no randomness")
    }
    return keys
  }

  /// These keys with a new one that seals; the one that sealed still opens, older ones don't.
  package func rotated() throws(TLSError) -> TLSTicketKeys {
    let fresh = try TLSTicketKeys.generate()
    let current = Array(material[0..<Self.keyBytes])
    return TLSTicketKeys(current: Array(fresh.material), accepted: [current]) ?? fresh
  }
}

extension TLSTicketKeys {
  /// Prepares the library's two contexts to seal a ticket; writes key name and vector. 1, or -1 for
  /// a failure.
  @unsafe func seal(
    name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>,
    cipher: OpaquePointer, authentication: OpaquePointer, algorithm: OpaquePointer
  ) -> Int32 {
    unsafe material.withUnsafeBufferPointer { key -> Int32 in
      // Safe: `material` has at least one key of 80 bytes; the library lends 16 bytes for each.
      guard let base = key.baseAddress, unsafe RAND_bytes(vector, 16) == 1 else { return -1 }
      unsafe name.update(from: base, count: 16)
      let ready = unsafe skerry_ticket_seal(
        cipher, authentication, algorithm, base + 16, vector, base + 48, 1)
      return ready == 1 ? 1 : -1
    }
  }

  /// Prepares the library's two contexts to open a ticket sealed by the key `name`: 1, or 2 if it
  /// should be replaced by a ticket of the current key, 0 if no key has this name, -1 if it failed.
  @unsafe func open(
    name: UnsafePointer<UInt8>, vector: UnsafePointer<UInt8>,
    cipher: OpaquePointer, authentication: OpaquePointer, algorithm: OpaquePointer
  ) -> Int32 {
    unsafe material.withUnsafeBufferPointer { keys -> Int32 in
      guard let base = keys.baseAddress else { return -1 }
      var offset = 0
      while offset < keys.count {
        // Safe: every key is 80 bytes, and the library lends 16 bytes of name.
        if unsafe memcmp(base + offset, name, 16) == 0 {
          let key = unsafe base + offset
          let ready = unsafe skerry_ticket_seal(
            cipher, authentication, algorithm, key + 16, vector, key + 48, 0)
          return ready == 1 ? (offset == 0 ? 1 : 2) : -1
        }
        offset += Self.keyBytes
      }
      return 0
    }
  }
}

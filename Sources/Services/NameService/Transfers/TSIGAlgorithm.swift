// The algorithms of transaction signatures.

import DNS
import TLS

/// What a message is signed with (RFC 8945 section 6): HMAC over the digests of SHA-2. MD5 and SHA-1
/// are not taken.
package enum TSIGAlgorithm: String, CaseIterable, Sendable {
  case sha256 = "hmac-sha256"
  case sha384 = "hmac-sha384"
  case sha512 = "hmac-sha512"

  var digest: HMACKey.Digest {
    switch self {
    case .sha256: .sha256
    case .sha384: .sha384
    case .sha512: .sha512
    }
  }

  /// The name that stands for it in messages.
  var name: DomainName {
    DomainName(checkedWire: [UInt8(rawValue.utf8.count)] + Array(rawValue.utf8) + [0]) ?? .root
  }

  /// Bytes that a code must have at least, cut short or not (RFC 8945 section 5.2.2.1).
  var leastBytes: Int { max(10, digest.bytes / 2) }
}

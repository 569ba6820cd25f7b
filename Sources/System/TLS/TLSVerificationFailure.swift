// Why a server's certificate was not accepted.

/// The check that a server's certificate failed (RFC 5280 section 6, RFC 6125).
package enum TLSVerificationFailure: Equatable, Sendable, CustomStringConvertible {
  /// No trusted authority issued it.
  case unknownIssuer
  /// It vouches for itself, or a chain ends in a root that is not trusted.
  case selfSigned
  case expired
  case notYetValid
  /// It is not for the host name that was asked for.
  case nameMismatch
  /// It is not for the address that was asked for.
  case addressMismatch
  case revoked
  /// A key or a signature in the chain is too weak.
  case weak
  /// Anything else, in OpenSSL's words.
  case other(String)

  package var description: String {
    switch self {
    case .unknownIssuer: "its issuer is not among the trusted authorities"
    case .selfSigned: "it is self-signed, or its root is not among the trusted authorities"
    case .expired: "it has expired"
    case .notYetValid: "it is not valid yet"
    case .nameMismatch: "it is not for this host name"
    case .addressMismatch: "it is not for this address"
    case .revoked: "it is revoked"
    case .weak: "a key or signature in its chain is too weak"
    case .other(let words): words
    }
  }
}

// Why a certificate or a key can't be used, in words for whoever configured it.

package import Primitives

/// What is wrong with a certificate chain or its key.
package enum TLSCertificateError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLong
  case chainIsNotPEM(String)
  case chainIsEmpty
  case chainHasTooManyCertificates
  /// The certificate with this place in the text (0 is the first) is not issued by the next one.
  case chainOrder(Int)
  case keyIsNotPEM(String)
  case keyIsEncrypted
  /// The key does not belong to the first certificate.
  case keyMismatch
  /// A key of fewer than `Limits.keySecurityBits` bits of security.
  case keyIsWeak(bits: Int)
  /// Neither an ECDSA nor an RSA key, which is what every client takes.
  case keyKindUnknown
  case expired(WallTime)
  case notYetValid(WallTime)
  /// No DNS name or address among the subject's alternative names.
  case namesMissing
  /// An authority's certificate where a server's is needed, or the other way round.
  case wrongUse
  /// A name that no certificate can be issued for.
  case nameInvalid(String)
  /// Something failed on our side.
  case internalFailure(String)

  package var description: String {
    switch self {
    case .tooLong: "the PEM text is longer than \(Limits.pemBytes) bytes"
    case .chainIsNotPEM(let words): "the certificate chain is not PEM: \(words)"
    case .chainIsEmpty: "the text has no certificate"
    case .chainHasTooManyCertificates:
      "the chain has more than \(Limits.chainCertificates) certificates"
    case .chainOrder(let index):
      "certificate \(index + 1) of the chain is not issued by certificate \(index + 2)"
    case .keyIsNotPEM(let words): "the private key is not PEM: \(words)"
    case .keyIsEncrypted: "the private key is encrypted with a passphrase"
    case .keyMismatch: "the private key does not belong to the first certificate"
    case .keyIsWeak(let bits):
      "the key has \(bits) bits of security, fewer than \(Limits.keySecurityBits)"
    case .keyKindUnknown: "the key is neither ECDSA nor RSA"
    case .expired(let time): "the certificate expired at \(time.seconds) (Unix time)"
    case .notYetValid(let time): "the certificate is not valid before \(time.seconds) (Unix time)"
    case .namesMissing: "the certificate names no host (subjectAltName)"
    case .wrongUse: "the certificate is not for this use"
    case .nameInvalid(let name): "\(name) is neither a host name nor an address"
    case .internalFailure(let words): "OpenSSL failed: \(words)"
    }
  }
}

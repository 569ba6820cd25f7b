// A certificate chain and its key, checked.

import COpenSSL
package import Primitives

/// A server's certificate with the chain to its issuer and the private key, all agreeing.
///
/// Reading it costs half a millisecond of CPU: keep it, and read it off the loops.
package final class TLSIdentity: Sendable {
  let leaf: CertificateHandle
  let issuers: [CertificateHandle]
  let key: KeyHandle
  let chain: ChainHandle

  /// The DNS names (in lower case, perhaps with a wildcard as first label) and addresses that it is
  /// for.
  package let names: [String]
  package let notBefore: WallTime
  package let notAfter: WallTime
  package let keyKind: TLSKeyKind

  /// Reads and checks PEM texts: the server's certificate first, each next one its issuer.
  ///
  /// Times are judged only when `now` is given: a server rather serves an expired certificate than
  /// none, but nobody may configure one. A root at the end is dropped, clients have it.
  package init(
    chainPEM: [UInt8], privateKeyPEM: [UInt8], now: WallTime?
  ) throws(TLSCertificateError) {
    var certificates = try PEM.certificates(chainPEM)
    let leaf = certificates.removeFirst()
    let key = try PEM.privateKey(privateKeyPEM, for: leaf)
    var previous = leaf
    for (index, issuer) in certificates.enumerated() {
      guard previous.isIssued(by: issuer) else { throw .chainOrder(index) }
      previous = issuer
    }
    if let last = certificates.last, last.isSelfIssued { certificates.removeLast() }
    // Safe: certificate and key are alive during the call.
    guard unsafe X509_check_private_key(leaf.pointer, key.pointer) == 1 else {
      OpenSSL.forgetErrors()
      throw .keyMismatch
    }
    guard let kind = key.kind else { throw .keyKindUnknown }
    guard key.securityBits >= Limits.keySecurityBits else {
      throw .keyIsWeak(bits: key.securityBits)
    }
    names = leaf.alternativeNames
    notBefore = leaf.notBefore
    notAfter = leaf.notAfter
    guard !names.isEmpty else { throw .namesMissing }
    if let now {
      guard now >= notBefore else { throw .notYetValid(notBefore) }
      guard now <= notAfter else { throw .expired(notAfter) }
    }
    self.leaf = leaf
    self.key = key
    issuers = certificates
    keyKind = kind
    chain = try ChainHandle(certificates)
  }

  /// Whether the certificate is for `name`, a host name in lower case or an address in text form
  /// (RFC 6125 section 6.4.3: a wildcard stands for exactly one first label).
  package func covers(_ name: String) -> Bool {
    if names.contains(name) { return true }
    guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return false }
    return names.contains("*" + name[dot...])
  }
}

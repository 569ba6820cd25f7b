// An authority of our own: for machines that trust it, demonstrations and tests.

import COpenSSL
package import Primitives

/// A certificate authority: makes itself, or is read from PEM, and issues certificates.
package final class CertificateAuthority: Sendable {
  let certificate: CertificateHandle
  let key: KeyHandle
  /// This authority's certificates from its own up to the root.
  private let path: [CertificateHandle]

  /// What was issued, as PEM texts: certificate (with the issuers it needs) and private key.
  package struct Issued: Sendable {
    package let chainPEM: [UInt8]
    package let privateKeyPEM: [UInt8]
  }

  /// A new root named `name`.
  package convenience init(
    name: String, notBefore: WallTime, lifetimeSeconds: Int64 = Limits.authorityLifetimeSeconds
  ) throws(TLSCertificateError) {
    let key = try CertificateBuilder.generateKey(.ecdsa)
    let builder = try CertificateBuilder(
      name: name, notBefore: notBefore, lifetimeSeconds: lifetimeSeconds, key: key)
    let certificate = try builder.signAuthority(by: nil)
    self.init(certificate: certificate, key: key, path: [certificate])
  }

  /// An authority from its certificate (with its issuers, if it is no root) and key.
  package convenience init(
    certificatePEM: [UInt8], privateKeyPEM: [UInt8]
  ) throws(TLSCertificateError) {
    let path = try PEM.certificates(certificatePEM)
    let key = try PEM.privateKey(privateKeyPEM, for: path[0])
    // Safe: both are alive during the call.
    guard unsafe X509_check_private_key(path[0].pointer, key.pointer) == 1 else {
      OpenSSL.forgetErrors()
      throw .keyMismatch
    }
    guard path[0].isAuthority else { throw .wrongUse }
    self.init(certificate: path[0], key: key, path: path)
  }

  private init(certificate: CertificateHandle, key: KeyHandle, path: [CertificateHandle]) {
    self.certificate = certificate
    self.key = key
    self.path = path
  }

  /// Its own certificate, for those who are to trust it.
  package func certificatePEM() throws(TLSCertificateError) -> [UInt8] {
    try PEM.text([certificate])
  }

  /// Its private key: whoever has it can be anybody to those who trust the authority.
  package func privateKeyPEM() throws(TLSCertificateError) -> [UInt8] {
    try PEM.text(key)
  }

  /// A server's certificate for `names`, host names (also with a wildcard as first label) or
  /// addresses, with a new key.
  package func issue(
    names: [String], key kind: TLSKeyKind = .ecdsa, notBefore: WallTime,
    lifetimeSeconds: Int64 = Limits.leafLifetimeSeconds
  ) throws(TLSCertificateError) -> Issued {
    guard let first = names.first else { throw .namesMissing }
    let alternatives = try CertificateBuilder.alternativeNames(names)
    let key = try CertificateBuilder.generateKey(kind)
    let builder = try CertificateBuilder(
      name: first, notBefore: notBefore, lifetimeSeconds: lifetimeSeconds, key: key)
    let leaf = try builder.signLeaf(names: alternatives, by: self)
    return Issued(
      chainPEM: try PEM.text([leaf] + path.filter { !$0.isSelfIssued }),
      privateKeyPEM: try PEM.text(key))
  }

  /// An authority below this one, which issues leaves only.
  package func issueAuthority(
    name: String, notBefore: WallTime, lifetimeSeconds: Int64 = Limits.authorityLifetimeSeconds
  ) throws(TLSCertificateError) -> CertificateAuthority {
    let key = try CertificateBuilder.generateKey(.ecdsa)
    let builder = try CertificateBuilder(
      name: name, notBefore: notBefore, lifetimeSeconds: lifetimeSeconds, key: key)
    let certificate = try builder.signAuthority(by: self)
    return CertificateAuthority(certificate: certificate, key: key, path: [certificate] + path)
  }
}

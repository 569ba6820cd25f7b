// Certificates in the making.

import COpenSSL
import Primitives

/// A certificate that is filled in and then signed, once (RFC 5280 section 4).
struct CertificateBuilder {
  private let certificate: CertificateHandle
  private let key: KeyHandle

  static func generateKey(_ kind: TLSKeyKind) throws(TLSCertificateError) -> KeyHandle {
    guard OpenSSL.isReady else { throw .internalFailure("OpenSSL did not start") }
    let key =
      switch kind {
      case .ecdsa: unsafe skerry_generate_ec("P-256")
      case .rsa: unsafe skerry_generate_rsa(2048)
      }
    guard let key = unsafe key else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "no key")
    }
    return unsafe KeyHandle(key)
  }

  /// A certificate of version 3 with a random serial number for `name` and `key`.
  init(
    name: String, notBefore: WallTime, lifetimeSeconds: Int64, key: KeyHandle
  ) throws(TLSCertificateError) {
    guard let pointer = unsafe X509_new() else { throw .internalFailure("no memory") }
    certificate = unsafe CertificateHandle(pointer)
    self.key = key
    let end = Int(notBefore.seconds + lifetimeSeconds)
    // RFC 5280 appendix A: a common name has at most 64 characters; names that matter are among
    // the alternative names.
    let commonName = Array(name.utf8.prefix(64))
    // Safe: the library copies names, numbers and keys.
    let isFilled = unsafe commonName.withUnsafeBufferPointer { common in
      unsafe X509_set_version(pointer, 2) == 1
        && Self.setSerial(pointer)
        && ASN1_TIME_set(X509_getm_notBefore(pointer), Int(notBefore.seconds)) != nil
        && ASN1_TIME_set(X509_getm_notAfter(pointer), end) != nil
        && X509_set_pubkey(pointer, key.pointer) == 1
        && X509_NAME_add_entry_by_NID(
          X509_get_subject_name(pointer), NID_commonName, MBSTRING_UTF8, common.baseAddress,
          Int32(common.count), -1, 0) == 1
    }
    guard isFilled else { throw .internalFailure(OpenSSL.takeError()?.words ?? "not filled in") }
  }

  /// An authority's certificate, its own issuer if `issuer` is nil.
  func signAuthority(
    by issuer: CertificateAuthority?
  ) throws(TLSCertificateError) -> CertificateHandle {
    try setIssuer(issuer)
    try add(NID_basic_constraints, "critical,CA:TRUE" + (issuer == nil ? "" : ",pathlen:0"), issuer)
    try add(NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature", issuer)
    return try signed(by: issuer)
  }

  /// A server's certificate for `names`, as from `alternativeNames`.
  func signLeaf(
    names: String, by issuer: CertificateAuthority
  ) throws(TLSCertificateError) -> CertificateHandle {
    try setIssuer(issuer)
    try add(NID_basic_constraints, "critical,CA:FALSE", issuer)
    try add(NID_key_usage, "critical,digitalSignature", issuer)
    try add(NID_ext_key_usage, "serverAuth,clientAuth", issuer)
    try add(NID_subject_alt_name, names, issuer)
    return try signed(by: issuer)
  }

  /// Host names and addresses in the words of the extension; each is checked, so that none can
  /// smuggle in another.
  static func alternativeNames(_ names: [String]) throws(TLSCertificateError) -> String {
    var list: [String] = []
    for name in names {
      if IPAddressText.isAddress(name) {
        list.append("IP:" + name)
      } else {
        guard isHostName(name) else { throw .nameInvalid(name) }
        list.append("DNS:" + name.lowercased())
      }
    }
    return list.joined(separator: ",")
  }

  /// Whether `name` is a host name, also with a wildcard as its first label.
  private static func isHostName(_ name: String) -> Bool {
    let bytes = Array((name.hasPrefix("*.") ? String(name.dropFirst(2)) : name).utf8)
    let length = bytes.count
    guard (1...Limits.serverNameBytes).contains(length) else { return false }
    let form: [UInt8] =
      [UInt8(truncatingIfNeeded: (length + 3) >> 8), UInt8(truncatingIfNeeded: length + 3), 0]
      + [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + bytes
    do throws(ClientHello.Fault) {
      _ = try ClientHello.serverName(form.span)
      return bytes.last != 0x2e
    } catch {
      return false
    }
  }

  @unsafe private static func setSerial(_ pointer: OpaquePointer) -> Bool {
    // RFC 5280 section 4.1.2.2: positive, at most 20 bytes.
    var serial: UInt64 = 0
    let isRandom = unsafe withUnsafeMutableBytes(of: &serial) {
      unsafe RAND_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), 8) == 1
    }
    guard isRandom else { return false }
    return unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(pointer), serial >> 1 | 1) == 1
  }

  private func setIssuer(_ issuer: CertificateAuthority?) throws(TLSCertificateError) {
    // Safe: the library copies the name.
    let subject = unsafe X509_get_subject_name((issuer?.certificate ?? certificate).pointer)
    guard unsafe X509_set_issuer_name(certificate.pointer, subject) == 1 else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "no issuer")
    }
    try add(NID_subject_key_identifier, "hash", issuer)
    if issuer != nil { try add(NID_authority_key_identifier, "keyid:always", issuer) }
  }

  private func add(
    _ kind: Int32, _ value: String, _ issuer: CertificateAuthority?
  ) throws(TLSCertificateError) {
    // Safe: the context lives during the call, and the certificate takes a copy.
    let isAdded = unsafe skerry_add_extension(
      certificate.pointer, (issuer?.certificate ?? certificate).pointer, kind, value)
    guard isAdded == 1 else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "extension not taken")
    }
  }

  private func signed(
    by issuer: CertificateAuthority?
  ) throws(TLSCertificateError) -> CertificateHandle {
    // Safe: certificate and key are alive during the call.
    guard unsafe X509_sign(certificate.pointer, (issuer?.key ?? key).pointer, EVP_sha256()) > 0
    else { throw .internalFailure(OpenSSL.takeError()?.words ?? "not signed") }
    return certificate
  }
}

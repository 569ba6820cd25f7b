// PEM texts in and out of the library's objects.

import COpenSSL
import Primitives

/// Reading and writing PEM (RFC 7468).
enum PEM {
  /// Runs `body` with a read-only BIO over `text`.
  static func withReader<Result>(
    _ text: [UInt8], _ body: (OpaquePointer) throws(TLSCertificateError) -> Result
  ) throws(TLSCertificateError) -> Result {
    guard OpenSSL.isReady else { throw .internalFailure("OpenSSL did not start") }
    guard text.count <= Limits.pemBytes else { throw .tooLong }
    OpenSSL.forgetErrors()
    // Safe: the BIO reads the array while it is borrowed and is freed before.
    let outcome: Swift.Result<Result, TLSCertificateError> = unsafe text.withUnsafeBytes { bytes in
      guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
        return .failure(.internalFailure("no memory"))
      }
      defer { unsafe BIO_free(bio) }
      do throws(TLSCertificateError) {
        return .success(unsafe try body(bio))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// What `write` writes into a BIO, as bytes.
  static func written(
    _ write: (OpaquePointer) -> Int32
  ) throws(TLSCertificateError) -> [UInt8] {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { throw .internalFailure("no memory") }
    defer { unsafe BIO_free(bio) }
    guard unsafe write(bio) == 1 else {
      throw .internalFailure(OpenSSL.takeError()?.words ?? "PEM could not be written")
    }
    var start: UnsafePointer<UInt8>?
    // Safe: the bytes belong to the BIO, which lives until they are copied.
    let count = unsafe skerry_bio_bytes(bio, &start)
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// All certificates of `text`, first one first; the caller owns them.
  static func certificates(_ text: [UInt8]) throws(TLSCertificateError) -> [CertificateHandle] {
    unsafe try withReader(text) { (bio) throws(TLSCertificateError) in
      var certificates: [CertificateHandle] = []
      while let certificate = unsafe PEM_read_bio_X509(bio, nil, refusePassphrase, nil) {
        unsafe certificates.append(CertificateHandle(certificate))
        guard certificates.count <= Limits.chainCertificates else {
          throw .chainHasTooManyCertificates
        }
      }
      let error = OpenSSL.takeError()
      // The end of the text is told as a missing start line.
      let isEnd = error?.library == ERR_LIB_PEM && error?.reason == PEM_R_NO_START_LINE
      guard isEnd else { throw .chainIsNotPEM(error?.words ?? "unreadable") }
      guard !certificates.isEmpty else {
        let isBlank = text.allSatisfy { $0 == 0x20 || (9...13).contains($0) }
        throw isBlank ? .chainIsEmpty : .chainIsNotPEM("no certificate in it")
      }
      return certificates
    }
  }

  /// The private key of `text`, which most likely is of the kind that `certificate` is for: the
  /// library then need not try all kinds, which is three quarters of the cost.
  static func privateKey(
    _ text: [UInt8], for certificate: CertificateHandle
  ) throws(TLSCertificateError) -> KeyHandle {
    let key: KeyHandle? = unsafe try withReader(text) { (bio) throws(TLSCertificateError) in
      // Safe: the certificate's key and its name live as long as the certificate.
      guard let kind = unsafe X509_get0_pubkey(certificate.pointer),
        let name = unsafe EVP_PKEY_get0_type_name(kind),
        let key = unsafe skerry_read_key(bio, name)
      else { return nil }
      return unsafe KeyHandle(key)
    }
    OpenSSL.forgetErrors()
    if let key { return key }
    return try privateKey(text)
  }

  /// The private key of `text`, of any kind and form.
  private static func privateKey(_ text: [UInt8]) throws(TLSCertificateError) -> KeyHandle {
    unsafe try withReader(text) { (bio) throws(TLSCertificateError) in
      if let key = unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, nil) {
        OpenSSL.forgetErrors()
        return unsafe KeyHandle(key)
      }
      let words = OpenSSL.takeError()?.words ?? "unreadable"
      if contains(text, "ENCRYPTED") { throw .keyIsEncrypted }
      throw .keyIsNotPEM(words)
    }
  }

  /// Never asks a terminal for a passphrase, which the library does unless told otherwise.
  static let refusePassphrase:
    @convention(c) (
      UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?
    ) -> Int32 = { _, _, _, _ in -1 }

  private static func contains(_ text: [UInt8], _ word: StaticString) -> Bool {
    let span = text.span
    let length = word.utf8CodeUnitCount
    guard span.count >= length else { return false }
    return (0...(span.count - length)).contains {
      span.extracting($0..<$0 + length).equals(word)
    }
  }
}

extension PEM {
  /// The PEM text of `certificates`, in their order.
  static func text(_ certificates: [CertificateHandle]) throws(TLSCertificateError) -> [UInt8] {
    unsafe try written { bio in
      for certificate in certificates {
        // Safe: both are alive during the call.
        guard unsafe PEM_write_bio_X509(bio, certificate.pointer) == 1 else { return 0 }
      }
      return 1
    }
  }

  /// The PEM text of `key`, in PKCS #8, not encrypted.
  static func text(_ key: KeyHandle) throws(TLSCertificateError) -> [UInt8] {
    // Safe: as above.
    unsafe try written { bio in
      unsafe PEM_write_bio_PKCS8PrivateKey(bio, key.pointer, nil, nil, 0, nil, nil)
    }
  }
}

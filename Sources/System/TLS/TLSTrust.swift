// Which authorities a client believes.

import COpenSSL

/// A set of trusted certificates; immutable, shared by all loops and by any number of contexts.
///
/// Everything is read when it is made (140 certificates: some 20 ms and one file), so that no
/// handshake touches a disk. Make it off the loops.
// Filled before it is shared; the library's store has a lock of its own.
@safe package final class TLSTrust: @unchecked Sendable {
  // Safe: owned by this object, freed in `deinit`; SSL objects hold references of their own.
  let store: OpaquePointer

  /// Where Debian's ca-certificates keeps all authorities in one file.
  package static let systemBundlePath = "/etc/ssl/certs/ca-certificates.crt"

  /// The authorities of the file at `path`.
  package init(bundlePath path: String) throws(TLSCertificateError) {
    let store = try unsafe Self.emptyStore()
    guard unsafe X509_STORE_load_file(store, path) == 1 else {
      unsafe X509_STORE_free(store)
      throw .chainIsNotPEM("\(path): \(OpenSSL.takeError()?.words ?? "unreadable")")
    }
    unsafe self.store = store
  }

  /// The certificates of a PEM text: authorities, or servers' own certificates, which are then
  /// trusted as they are.
  package init(pem: [UInt8]) throws(TLSCertificateError) {
    let certificates = try PEM.certificates(pem)
    let store = try unsafe Self.emptyStore()
    for certificate in certificates {
      // Safe: the store takes a reference of its own.
      guard unsafe X509_STORE_add_cert(store, certificate.pointer) == 1 else {
        unsafe X509_STORE_free(store)
        throw .internalFailure(OpenSSL.takeError()?.words ?? "certificate not taken")
      }
    }
    unsafe self.store = store
  }

  deinit { unsafe X509_STORE_free(store) }

  @unsafe private static func emptyStore() throws(TLSCertificateError) -> OpaquePointer {
    OpenSSL.forgetErrors()
    guard OpenSSL.isReady, let store = unsafe X509_STORE_new() else {
      throw .internalFailure("no memory")
    }
    // A certificate named here is trusted even if it is no root.
    _ = unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
    return unsafe store
  }
}

// The library's list of a chain's certificates.

import COpenSSL

/// The issuers that a server sends after its certificate.
// Immutable once made; certificates are kept alive by `members`.
@safe final class ChainHandle: @unchecked Sendable {
  /// Nil when there are none.
  let pointer: OpaquePointer?
  private let members: [CertificateHandle]

  init(_ members: [CertificateHandle]) throws(TLSCertificateError) {
    self.members = members
    guard !members.isEmpty else {
      unsafe pointer = nil
      return
    }
    guard let stack = unsafe skerry_stack_new() else { throw .internalFailure("no memory") }
    for member in members {
      guard unsafe skerry_x509_stack_push(stack, member.pointer) > 0 else {
        unsafe skerry_stack_free(stack)
        throw .internalFailure("no memory")
      }
    }
    unsafe pointer = stack
  }

  deinit { unsafe pointer.map { unsafe skerry_stack_free($0) } }
}

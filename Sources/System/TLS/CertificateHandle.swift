// The owner of a parsed certificate.

import COpenSSL
import Primitives

/// A certificate of the library, freed with its owner.
// Immutable once parsed; the library's reference count and caches have their own locks.
@safe final class CertificateHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  @unsafe init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe X509_free(pointer) }

  /// Whether `issuer` issued this: names, use and signature agree.
  func isIssued(by issuer: CertificateHandle) -> Bool {
    defer { OpenSSL.forgetErrors() }
    // Safe: both certificates are alive during the calls.
    guard unsafe X509_check_issued(issuer.pointer, pointer) == X509_V_OK,
      let key = unsafe X509_get0_pubkey(issuer.pointer)
    else { return false }
    return unsafe X509_verify(pointer, key) == 1
  }

  var isSelfIssued: Bool {
    unsafe X509_get_extension_flags(pointer) & UInt32(EXFLAG_SI) != 0
  }

  var isAuthority: Bool { unsafe X509_check_ca(pointer) > 0 }

  var notBefore: WallTime { unsafe Self.time(X509_get0_notBefore(pointer)) }
  var notAfter: WallTime { unsafe Self.time(X509_get0_notAfter(pointer)) }

  @unsafe private static func time(_ time: UnsafePointer<ASN1_TIME>?) -> WallTime {
    WallTime(seconds: unsafe skerry_time_seconds(time))
  }

  /// Its alternative names: DNS names in lower case, addresses in text form (RFC 5280 4.2.1.6).
  var alternativeNames: [String] {
    // Safe: the names are owned here until the defer, and read in bounds.
    guard let raw = unsafe X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else {
      OpenSSL.forgetErrors()
      return []
    }
    let names = OpaquePointer(raw)
    defer { unsafe skerry_names_free(names) }
    var result: [String] = []
    let total = unsafe skerry_names_count(names)
    for index in 0..<total {
      var start: UnsafePointer<UInt8>?
      var count: Int32 = 0
      let kind = unsafe skerry_name_bytes(skerry_names_get(names, index), &start, &count)
      guard kind >= 0, let start = unsafe start else { continue }
      let bytes = unsafe Span(_unsafeStart: start, count: Int(count))
      if kind == GEN_DNS {
        var name: [UInt8] = []
        for position in bytes.indices { name.append(bytes[position].asciiLowercased) }
        result.append(String(decoding: name, as: UTF8.self))
      } else if let address = IPAddressText.text(bytes) {
        result.append(address)
      }
    }
    return result
  }
}

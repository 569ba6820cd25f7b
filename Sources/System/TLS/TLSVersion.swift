// The protocol versions that we speak.

/// A version of TLS; older ones are never spoken (RFC 8996).
@usableFromInline package enum TLSVersion: UInt16, Comparable, Sendable {
  case tls12 = 0x0303
  case tls13 = 0x0304

  @usableFromInline package static func < (a: TLSVersion, b: TLSVersion) -> Bool {
    a.rawValue < b.rawValue
  }
}

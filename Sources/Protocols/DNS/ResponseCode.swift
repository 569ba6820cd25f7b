// table: response codes (the IANA registry of DNS RCODEs).

/// What a response says about its query: 12 bits, of which the header has four and OPT the others
/// (RFC 6891 section 6.1.3).
@usableFromInline package struct ResponseCode: RawRepresentable, Hashable, Sendable {
  @usableFromInline package let rawValue: UInt16

  @inlinable package init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable package static var noError: ResponseCode { ResponseCode(rawValue: 0) }
  @inlinable package static var formatError: ResponseCode { ResponseCode(rawValue: 1) }
  @inlinable package static var serverFailure: ResponseCode { ResponseCode(rawValue: 2) }
  @inlinable package static var nameError: ResponseCode { ResponseCode(rawValue: 3) }
  @inlinable package static var notImplemented: ResponseCode { ResponseCode(rawValue: 4) }
  @inlinable package static var refused: ResponseCode { ResponseCode(rawValue: 5) }
  @inlinable package static var notAuthoritative: ResponseCode { ResponseCode(rawValue: 9) }
  @inlinable package static var notInZone: ResponseCode { ResponseCode(rawValue: 10) }
  @inlinable package static var badVersion: ResponseCode { ResponseCode(rawValue: 16) }
  /// In the TSIG record's error field, not in the header (RFC 8945 section 3).
  @inlinable package static var badSignature: ResponseCode { ResponseCode(rawValue: 16) }
  @inlinable package static var badKey: ResponseCode { ResponseCode(rawValue: 17) }
  @inlinable package static var badTime: ResponseCode { ResponseCode(rawValue: 18) }
  @inlinable package static var badTruncation: ResponseCode { ResponseCode(rawValue: 22) }
  @inlinable package static var badCookie: ResponseCode { ResponseCode(rawValue: 23) }

  /// The mnemonic that tools print, for logs.
  package var mnemonic: StaticString {
    switch rawValue {
    case 0: "NOERROR"
    case 1: "FORMERR"
    case 2: "SERVFAIL"
    case 3: "NXDOMAIN"
    case 4: "NOTIMP"
    case 5: "REFUSED"
    case 9: "NOTAUTH"
    case 10: "NOTZONE"
    case 16: "BADVERS"
    case 17: "BADKEY"
    case 18: "BADTIME"
    case 22: "BADTRUNC"
    case 23: "BADCOOKIE"
    default: "RESERVED"
    }
  }
}

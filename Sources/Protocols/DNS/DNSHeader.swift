// The twelve bytes that every message begins with (RFC 1035 section 4.1.1).

import Primitives

/// A message's header.
@usableFromInline package struct DNSHeader: Equatable, Sendable {
  /// Bytes of a header.
  package static let length = 12

  package var id: UInt16 = 0
  /// The second pair of bytes: QR, opcode, flags and response code.
  package private(set) var bits: UInt16 = 0
  package var questionCount: UInt16 = 0
  package var answerCount: UInt16 = 0
  package var authorityCount: UInt16 = 0
  package var additionalCount: UInt16 = 0

  package init() {}

  /// Reads a message's first twelve bytes; nil if there are not so many.
  package init?(_ message: Span<UInt8>) {
    guard message.count >= Self.length else { return nil }
    id = message.uint16(at: 0)
    bits = message.uint16(at: 2)
    questionCount = message.uint16(at: 4)
    answerCount = message.uint16(at: 6)
    authorityCount = message.uint16(at: 8)
    additionalCount = message.uint16(at: 10)
  }

  /// The header of a response: ID, opcode, RD and CD as in the query (RFC 1035 section 4.1.1, RFC
  /// 4035 section 3.1.6), everything else zero.
  package init(responseTo query: DNSHeader, code: ResponseCode = .noError) {
    id = query.id
    bits = 0x8000 | query.bits & 0x7910
    responseCode = code
  }

  package var isResponse: Bool {
    get { bits & 0x8000 != 0 }
    set { set(0x8000, newValue) }
  }
  package var isAuthoritative: Bool {
    get { bits & 0x0400 != 0 }
    set { set(0x0400, newValue) }
  }
  package var isTruncated: Bool {
    get { bits & 0x0200 != 0 }
    set { set(0x0200, newValue) }
  }
  package var recursionDesired: Bool {
    get { bits & 0x0100 != 0 }
    set { set(0x0100, newValue) }
  }
  package var recursionAvailable: Bool {
    get { bits & 0x0080 != 0 }
    set { set(0x0080, newValue) }
  }
  /// RFC 4035 section 3.1.6.
  package var authenticatedAnswer: Bool {
    get { bits & 0x0020 != 0 }
    set { set(0x0020, newValue) }
  }
  package var checkingDisabled: Bool {
    get { bits & 0x0010 != 0 }
    set { set(0x0010, newValue) }
  }
  package var opcode: Opcode {
    get { Opcode(rawValue: UInt8(truncatingIfNeeded: bits >> 11) & 15) }
    set { bits = bits & 0x87ff | UInt16(newValue.rawValue & 15) << 11 }
  }
  /// The low four bits of the response code; OPT has the others.
  package var responseCode: ResponseCode {
    get { ResponseCode(rawValue: bits & 15) }
    set { bits = bits & 0xfff0 | newValue.rawValue & 15 }
  }

  private mutating func set(_ mask: UInt16, _ on: Bool) {
    bits = on ? bits | mask : bits & ~mask
  }
}

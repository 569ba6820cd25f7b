// What HTTP/2 asks of every field line.

import Primitives

/// The rules of RFC 9113 section 8.2 that requests, responses and trailers share, with the count
/// against floods.
struct HTTP2FieldRules: Sendable {
  private(set) var contentLength: UInt64?
  /// Kept here because each access to a static value costs a call.
  private let names = FieldNameIndex.shared
  private var count = 0
  private var bytes = 0
  private let countLimit: Int
  private let bytesLimit: Int

  /// Rules of a connection, which `isOfFleet` if both its ends are servers of one.
  init(isOfFleet: Bool) {
    countLimit = FieldLimits.headerListCount + (isOfFleet ? FieldLimits.addedFields : 0)
    bytesLimit = FieldLimits.headerListBytes + (isOfFleet ? FieldLimits.addedFieldBytes : 0)
  }

  /// Begins with the next list.
  mutating func restart() {
    contentLength = nil
    count = 0
    bytes = 0
  }

  /// Counts a field of that size (RFC 9113 section 10.5.1).
  mutating func count(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(HTTPParseError) {
    count += 1
    bytes += name.count + value.count + 32
    if count > countLimit { throw .tooManyFields }
    if bytes > bytesLimit { throw .fieldSectionTooLarge }
  }

  /// Whether `name` starts with `:` (RFC 9113 section 8.3).
  static func isPseudoHeader(_ name: Span<UInt8>) -> Bool { name.count > 0 && name[0] == 0x3a }

  /// Checks an ordinary field and returns its known name.
  mutating func check(
    _ name: Span<UInt8>, _ value: Span<UInt8>
  ) throws(HTTPParseError) -> FieldName {
    if name.count > FieldLimits.nameBytes { throw .fieldNameTooLong }
    // Section 8.2.1: no capitals, and tokens as everywhere.
    let known = names.findLowercase(name)
    if known == .other {
      guard ASCIISet.lowercaseToken.containsAll(name) else { throw .invalidFieldName }
      try HTTP1FieldLine.checkOther(name)
    }
    try Self.checkValue(value)
    switch known {
    // Section 8.2.2: what belongs to a connection of HTTP/1.1.
    case .connection, .proxyConnection, .keepAlive, .transferEncoding, .upgrade:
      throw .connectionSpecificField
    case .te: guard value.equals("trailers") else { throw .connectionSpecificField }
    case .contentLength:
      if contentLength != nil { throw .duplicateContentLength }
      guard let length = value.decimal else { throw .invalidContentLength }
      contentLength = length
    default: break
    }
    return known
  }

  /// Section 8.2.1: no NUL, CR, LF; no other control characters either (RFC 9110 section 5.5); no
  /// white space at the ends.
  static func checkValue(_ value: Span<UInt8>) throws(HTTPParseError) {
    if value.holdsControl { throw .controlCharacter }
    guard value.count > 0 else { return }
    let first = value[0]
    let last = value[value.count - 1]
    if first == 0x20 || first == 0x09 || last == 0x20 || last == 0x09 {
      throw .invalidFieldValue
    }
  }
}

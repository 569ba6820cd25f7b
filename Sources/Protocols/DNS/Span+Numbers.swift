// Numbers and words of text.

import Primitives

extension Span where Element == UInt8 {
  /// The number of `TYPE123` or `CLASS1`: decimal digits behind `word`, in any ASCII case.
  func genericNumber(after word: StaticString) -> UInt16? {
    let length = word.utf8CodeUnitCount
    guard count > length, extracting(0..<length).matches(word) else { return nil }
    return extracting(length..<count).decimal(below: 65_536).map { UInt16($0) }
  }

  /// The value of decimal digits that fill the span, if it is below `bound`.
  func decimal(below bound: UInt64) -> UInt64? {
    guard count > 0, count <= 20 else { return nil }
    var value: UInt64 = 0
    for index in 0..<count {
      guard self[index].isASCIIDigit else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      value = product &+ UInt64(self[index] &- 48)
      guard value < bound else { return nil }
    }
    return value
  }
}

extension Array where Element == UInt8 {
  /// Appends `value` in network byte order.
  package mutating func appendUInt16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends `value` in network byte order.
  package mutating func appendUInt32(_ value: UInt32) {
    appendUInt16(UInt16(truncatingIfNeeded: value >> 16))
    appendUInt16(UInt16(truncatingIfNeeded: value))
  }
}

// The Range field, and what it selects of a representation.

import Primitives

/// A Range field in the unit `bytes` (RFC 9110 sections 14.1.2 and 14.2).
package struct ByteRangeRequest: Equatable, Sendable {
  /// One range as it was asked for.
  package enum Specifier: Equatable, Sendable {
    /// From the first position to the last, or to the end.
    case positions(first: UInt64, last: UInt64?)
    /// So many bytes at the end.
    case suffix(UInt64)
  }

  /// What to answer.
  package enum Selection: Equatable, Sendable {
    /// The field is to be ignored: 200 with everything.
    case everything
    /// 206 with these parts, none empty, none overlapping, in the order they were asked for.
    case parts([Range<UInt64>])
    /// 416.
    case unsatisfiable
  }

  package let specifiers: [Specifier]

  /// Parts closer than this are joined: a part's head in a multipart body is not smaller.
  private static let joinedGapBytes: UInt64 = 80

  /// The ranges of the field `value`; nil if it is malformed, of another unit, or asks for more
  /// ranges than the limit: then it must be ignored.
  package init?(_ value: Span<UInt8>) {
    guard let equals = value.first(0x3d, in: 0..<value.count),
      value.extracting(0..<equals).equalsIgnoringCase("bytes")
    else { return nil }
    var specifiers: [Specifier] = []
    var isValid = true
    value.extracting((equals + 1)..<value.count).forEachToken { token in
      guard isValid, specifiers.count < FieldLimits.byteRanges,
        let specifier = Self.specifier(token)
      else {
        isValid = false
        return
      }
      specifiers.append(specifier)
    }
    guard isValid, !specifiers.isEmpty else { return nil }
    self.specifiers = specifiers
  }

  /// What of a representation of `length` bytes is selected. Requests that could only serve an
  /// attack (more than two overlapping ranges) select everything (RFC 9110 section 14.2).
  package func select(from length: UInt64) -> Selection {
    var parts: [Range<UInt64>] = []
    var overlaps = 0
    for specifier in specifiers {
      guard let part = Self.resolve(specifier, length) else { continue }
      overlaps += parts.count { $0.overlaps(part) }
      parts.append(part)
    }
    if parts.isEmpty { return .unsatisfiable }
    return overlaps > 2 ? .everything : .parts(Self.joined(parts))
  }

  private static func specifier(_ token: Span<UInt8>) -> Specifier? {
    guard let dash = token.first(0x2d, in: 0..<token.count) else { return nil }
    let first = token.extracting(0..<dash)
    let last = token.extracting((dash + 1)..<token.count)
    if first.count == 0 { return position(last).map { .suffix($0) } }
    guard let start = position(first) else { return nil }
    if last.count == 0 { return .positions(first: start, last: nil) }
    guard let end = position(last), end >= start else { return nil }
    return .positions(first: start, last: end)
  }

  /// `1*DIGIT`; what does not fit is beyond every representation.
  private static func position(_ digits: Span<UInt8>) -> UInt64? {
    guard digits.count > 0 else { return nil }
    var value: UInt64 = 0
    for index in 0..<digits.count {
      guard digits[index].isASCIIDigit else { return nil }
      value = min(value &* 10 &+ UInt64(digits[index] - 0x30), UInt64(Int64.max) / 16)
    }
    return value
  }

  private static func resolve(_ specifier: Specifier, _ length: UInt64) -> Range<UInt64>? {
    switch specifier {
    case .positions(let first, let last):
      guard first < length else { return nil }
      return first..<min((last ?? length) + (last == nil ? 0 : 1), length)
    case .suffix(let count):
      guard count > 0, length > 0 else { return nil }
      return (length - min(count, length))..<length
    }
  }

  /// Parts that overlap or nearly touch become one, in the place of the first of them.
  private static func joined(_ parts: [Range<UInt64>]) -> [Range<UInt64>] {
    var result: [Range<UInt64>] = []
    for part in parts {
      var merged = part
      var place = result.count
      // A joined part may reach others: look again until nothing is near.
      while let near = result.lastIndex(where: { isNear($0, merged) }) {
        merged =
          min(
            merged.lowerBound, result[near].lowerBound)..<max(
            merged.upperBound, result[near].upperBound)
        result.remove(at: near)
        place = near
      }
      result.insert(merged, at: min(place, result.count))
    }
    return result
  }

  private static func isNear(_ a: Range<UInt64>, _ b: Range<UInt64>) -> Bool {
    a.lowerBound <= b.upperBound + joinedGapBytes && b.lowerBound <= a.upperBound + joinedGapBytes
  }
}

// One form for request fields that mean the same.

import HTTP
import Primitives

/// The form in which two values of a request field are equal if the field's own syntax says that
/// they mean the same (RFC 9111 section 4.1).
enum VaryNormalisation {
  /// The members of the lines at `lines`, without white space around them, joined by commas.
  static func value(of lines: [Int], _ known: FieldName, _ request: FieldBlock) -> [UInt8] {
    // These are single values whose commas mean nothing.
    if lines.count == 1, known == .userAgent || known == .cookie || known == .ifModifiedSince {
      return request.withValue(at: lines[0], copy)
    }
    let isWeighted = isWeighted(known)
    var members: [[UInt8]] = []
    for line in lines {
      request.withValue(at: line) { value in
        value.forEachListMember { member in
          let normal = isWeighted ? weighted(member) : copy(member)
          // A member of semicolons alone says nothing.
          if !normal.isEmpty { members.append(normal) }
        }
      }
    }
    // Only weights order these, and they are in the members. What is accepted otherwise keeps its
    // order: among languages of one weight that may mean something (RFC 9110 section 12.5.4). So does
    // what has quotes: one that does not end would take in what comes behind it then.
    if known == .acceptEncoding || known == .te, !members.contains(where: { $0.contains(0x22) }) {
      members.sort { $0.lexicographicallyPrecedes($1) }
    }
    return Array(members.joined(separator: [0x2c]))
  }

  /// Adds to `essence` what stays the same of a line whatever normalisation does to it, in any order:
  /// where it differs so do the values, and nothing need be allocated to know it.
  static func absorb(
    _ line: Span<UInt8>, _ known: FieldName, into essence: inout VaryEssence
  ) {
    let isWeighted = isWeighted(known)
    for index in 0..<line.count {
      let byte = line[index]
      switch byte {
      case 0x20, 0x09: continue
      case 0x2c: essence.separators += 1
      case 0x3b where isWeighted: essence.separators += 1
      default:
        let lower = byte.asciiLowercased
        // Weights are written in many ways: `q=1.0` may as well be missing.
        if isWeighted, !(0x61...0x7a).contains(lower) || lower == 0x71 { continue }
        // Multiplied by an odd constant and squared, so that other letters have other sums.
        let mixed = (UInt64(isWeighted ? lower : byte) &+ 1) &* 0x9e37_79b9_7f4a_7c15
        essence.sum &+= mixed &* mixed
      }
    }
  }

  static func copy(_ value: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(value)
    return copy
  }

  /// Lists of what is liked, with weights (RFC 9110 section 12.5); their names are in any case.
  private static func isWeighted(_ name: FieldName) -> Bool {
    switch name {
    case .accept, .acceptEncoding, .acceptLanguage, .te: true
    default: false
    }
  }

  /// `Text/HTML ; q=0.50` as `text/html;q=500`, and `q=1` left out, which is the default.
  private static func weighted(_ member: Span<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    while start <= member.count {
      let end = member.endOfListMember(from: start, separator: 0x3b)
      let part = trimmed(member.extracting(start..<end))
      start = end + 1
      if part.isEmpty { continue }
      // Behind a name; without one it is no weight.
      if !result.isEmpty, part.count > 2, part[0] == 0x71, part[1] == 0x3d,
        let weight = thousandths(part[2...])
      {
        guard weight != 1000 else { continue }
        result.append(";q=")
        result.appendDecimal(weight)
        continue
      }
      if !result.isEmpty { result.append(0x3b) }
      result.append(contentsOf: part)
    }
    return result
  }

  private static func trimmed(_ part: Span<UInt8>) -> [UInt8] {
    var first = 0
    var last = part.count
    while first < last, part[first] == 0x20 || part[first] == 0x09 { first += 1 }
    while last > first, part[last - 1] == 0x20 || part[last - 1] == 0x09 { last -= 1 }
    return (first..<last).map { part[$0].asciiLowercased }
  }

  /// `qvalue` (RFC 9110 section 12.4.2); nil if it is none.
  private static func thousandths(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard let whole = text.first, whole == 0x30 || whole == 0x31 else { return nil }
    let rest = text.dropFirst()
    guard rest.isEmpty || rest.first == 0x2e, rest.count <= 4 else { return nil }
    var value = UInt64(whole - 0x30)
    let digits = rest.dropFirst()
    for digit in digits {
      guard digit.isASCIIDigit else { return nil }
      value = value * 10 + UInt64(digit - 0x30)
    }
    for _ in digits.count..<3 { value *= 10 }
    return value <= 1000 ? value : nil
  }
}

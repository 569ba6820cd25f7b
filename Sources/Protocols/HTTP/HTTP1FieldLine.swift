// One field line of a header or trailer section.

import Primitives

/// Where the name and the value of a field line lie (RFC 9112 section 5).
struct HTTP1FieldLine {
  let name: FieldName
  let nameRange: Range<Int>
  let valueRange: Range<Int>
  /// One space before the value and none behind it, as the line would be written.
  private let isPlain: Bool

  /// Reads `line`, which holds no control characters and is not empty.
  @inline(__always) init(
    _ input: Span<UInt8>, _ line: Range<Int>, _ names: borrowing FieldNameIndex
  ) throws(HTTPParseError) {
    let first = input[line.lowerBound]
    // RFC 9112 sections 2.2 and 5.2: folded lines and white space before the first field.
    if first == 0x20 || first == 0x09 { throw .obsoleteFold }
    guard let colon = input.first(0x3a, in: line), colon > line.lowerBound else {
      throw .invalidFieldName
    }
    nameRange = line.lowerBound..<colon
    name = names.find(in: input, at: line.lowerBound, length: nameRange.count)
    valueRange = input.trimmed((colon &+ 1)..<line.upperBound)
    isPlain =
      valueRange.lowerBound == colon &+ 2 && valueRange.upperBound == line.upperBound
      && input[colon &+ 1] == 0x20
    if name == .other { try Self.checkOther(input.extracting(nameRange)) }
  }

  /// A name out of the table must be a token (which rules out white space before the colon, RFC
  /// 9112 section 5.1), and must not be one that a gateway interface makes a framing field of.
  static func checkOther(_ name: Span<UInt8>) throws(HTTPParseError) {
    if name.count > FieldLimits.nameBytes { throw .fieldNameTooLong }
    guard name.isToken else { throw .invalidFieldName }
    if name.count == 14 || name.count == 17, isLookalike(name) { throw .lookalikeFieldName }
  }

  /// `Content_Length` and `Transfer_Encoding`: CGI and its heirs map `-` and `_` to one character
  /// (RFC 3875 section 4.1.18).
  private static func isLookalike(_ name: Span<UInt8>) -> Bool {
    guard name.first(0x5f, in: 0..<name.count) != nil else { return false }
    var dashed: [UInt8] = []
    for index in 0..<name.count { dashed.append(name[index] == 0x5f ? 0x2d : name[index]) }
    let known = FieldName.find(dashed.span)
    return known == .contentLength || known == .transferEncoding
  }

  /// The entry for a block whose `bytes` hold this input from `sectionStart` on at `base`.
  @inline(__always) func entry(base: Int, sectionStart: Int) -> FieldBlock.Entry {
    let shift = base &- sectionStart
    return FieldBlock.Entry(
      name: name, nameStart: nameRange.lowerBound &+ shift, nameLength: nameRange.count,
      valueStart: valueRange.lowerBound &+ shift, valueLength: valueRange.count,
      traits: isPlain ? [.checked, .line] : .checked)
  }
}

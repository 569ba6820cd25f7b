// The Content-Range field, and the parts of a multipart answer.

import Primitives

/// `Content-Range` in the unit `bytes` (RFC 9110 section 14.4).
package struct ContentRange: Equatable, Sendable {
  /// Nil in a 416, whose range is `*`.
  package var range: Range<UInt64>?
  /// The whole length; nil if it is not known (`*`).
  package var length: UInt64?

  package init(range: Range<UInt64>?, length: UInt64?) {
    self.range = range
    self.length = length
  }

  /// Reads `bytes 0-4/10`, `bytes 0-4/*` or `bytes */10`; nil for anything else, also for a range
  /// that ends before it starts or beyond the length.
  package init?(_ value: Span<UInt8>) {
    guard value.count > 6, value.extracting(0..<6).equalsIgnoringCase("bytes "),
      let slash = value.first(0x2f, in: 6..<value.count)
    else { return nil }
    let rangeText = value.extracting(6..<slash)
    let lengthText = value.extracting((slash + 1)..<value.count)
    let isOpen = lengthText.equals("*")
    length = lengthText.decimal
    guard isOpen || length != nil else { return nil }
    if rangeText.equals("*") {
      if isOpen { return nil }
      return
    }
    guard let dash = rangeText.first(0x2d, in: 0..<rangeText.count),
      let first = rangeText.extracting(0..<dash).decimal,
      let last = rangeText.extracting((dash + 1)..<rangeText.count).decimal,
      last >= first, last < length ?? .max
    else { return nil }
    range = first..<(last + 1)
  }

  /// Appends the field's value; a range must not be empty.
  package func append(to output: inout [UInt8]) {
    output.append("bytes ")
    if let range {
      precondition(!range.isEmpty)
      output.appendDecimal(range.lowerBound)
      output.append(0x2d)
      output.appendDecimal(range.upperBound - 1)
    } else {
      output.append(0x2a)
    }
    output.append(0x2f)
    if let length { output.appendDecimal(length) } else { output.append(0x2a) }
  }
}

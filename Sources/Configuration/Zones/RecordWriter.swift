// Writing records: tagged fields, each with its length.

import Primitives

/// Writes a record: a format byte, then fields of tag, length (both LEB128) and content.
///
/// A reader skips tags that it does not know, so that an older program reads what a newer one
/// wrote. The same values always make the same bytes: equal records are equal configurations.
package struct RecordWriter {
  package private(set) var bytes: [UInt8]

  private init() { bytes = [] }

  /// A record of `format`; records within records have none.
  package init(format: UInt8) {
    bytes = []
    bytes.reserveCapacity(256)
    bytes.append(format)
  }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ number: Int) {
    appendVariable(tag)
    var content = UInt64(truncatingIfNeeded: number)
    let count = max(1, (71 - content.leadingZeroBitCount) / 8)
    appendVariable(UInt64(count))
    for _ in 0..<count {
      bytes.append(UInt8(truncatingIfNeeded: content))
      content >>= 8
    }
  }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ flag: Bool) { write(tag, flag ? 1 : 0) }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ text: String) {
    appendVariable(tag)
    appendVariable(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ content: [UInt8]) {
    appendVariable(tag)
    appendVariable(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ text: String?) {
    if let text { write(tag, text) }
  }

  /// Writes a field.
  package mutating func write(_ tag: UInt64, _ body: (inout RecordWriter) -> Void) {
    appendVariable(tag)
    let start = bytes.count
    bytes.append(0)
    body(&self)
    let length = UInt64(bytes.count - start - 1)
    // The length is known last, and takes a byte mostly.
    guard length >= 128 else { return bytes[start] = UInt8(length) }
    var written = RecordWriter()
    written.appendVariable(length)
    bytes.replaceSubrange(start...start, with: written.bytes)
  }

  private mutating func appendVariable(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

// Reading records field by field.

import Primitives

/// Reads the fields of a record in the order in which they were written.
package struct RecordReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var next = 0

  private var isBroken = false

  /// The content of the current field.
  private var field = 0..<0

  /// A record of the format that this program knows; nil if it has another.
  @_lifetime(copy bytes)
  package init?(_ bytes: Span<UInt8>, format: UInt8) {
    guard bytes.count > 0, bytes[0] == format else { return nil }
    self.bytes = bytes
    next = 1
  }

  /// The fields of a record within a record.
  @_lifetime(copy bytes)
  package init(fields bytes: Span<UInt8>) { self.bytes = bytes }

  /// Moves to the next field and gives its tag; nil at the end, or where the record breaks off.
  @_lifetime(self: copy self)
  package mutating func nextTag() -> UInt64? {
    guard next < bytes.count else { return nil }
    guard let tag = variable(), let count = variable(), count <= UInt64(bytes.count - next) else {
      isBroken = true
      return nil
    }
    field = next..<next + Int(count)
    next = field.upperBound
    return tag
  }

  /// Whether everything was read, and nothing breaks off.
  package var isAtEnd: Bool { next == bytes.count && !isBroken }

  /// The current field as bytes.
  package var content: Span<UInt8> {
    @_lifetime(copy self)
    get { bytes.extracting(field) }
  }

  /// The current field as a number.
  package var number: Int {
    var result: UInt64 = 0
    for (index, position) in field.prefix(8).enumerated() {
      result |= UInt64(bytes[position]) << (UInt64(index) * 8)
    }
    return Int(truncatingIfNeeded: result)
  }

  /// The current field as true or false.
  package var flag: Bool { number != 0 }

  /// The current field as text.
  package var text: String {
    var copy: [UInt8] = []
    copy.append(content)
    return String(decoding: copy, as: UTF8.self)
  }

  @_lifetime(self: copy self)
  private mutating func variable() -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while next < bytes.count, shift < 64 {
      let byte = bytes[next]
      next += 1
      result |= UInt64(byte & 127) << shift
      if byte < 128 { return result }
      shift += 7
    }
    return nil
  }
}

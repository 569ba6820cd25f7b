// Writing the head of a record on the disk.

import HTTP
import Primitives

/// Writes numbers as LEB128 and bytes after their count, one after the other.
struct RecordEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A number or nothing: zero stands for nothing, so what is there is one more.
  mutating func append(optional number: UInt64?) { append(number.map { $0 &+ 1 } ?? 0) }

  mutating func append(optional content: [UInt8]?) {
    append(optional: content.map { UInt64($0.count) })
    bytes.append(contentsOf: content ?? [])
  }

  mutating func append(_ content: [UInt8]) { append(content.span) }

  mutating func append(_ content: Span<UInt8>) {
    append(UInt64(content.count))
    bytes.append(content)
  }

  mutating func append(_ fields: FieldBlock) {
    append(UInt64(fields.count))
    for index in 0..<fields.count {
      fields.withName(at: index) { append($0) }
      fields.withValue(at: index) { append($0) }
    }
  }
}

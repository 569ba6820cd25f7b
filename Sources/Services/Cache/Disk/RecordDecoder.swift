// Reading the head of a record from the disk.

import HTTP
import Primitives

/// Reads what `RecordEncoder` wrote. What is missing or makes no sense is nil, and so is all that
/// follows it.
struct RecordDecoder: ~Escapable {
  private let bytes: Span<UInt8>
  private var next = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { next == bytes.count }

  @_lifetime(self: copy self)
  mutating func number() -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) where next < bytes.count {
      let byte = bytes[next]
      next += 1
      // The tenth byte has room for one bit.
      guard shift < 63 || byte < 2 else { break }
      result |= UInt64(byte & 127) << shift
      if byte < 128 { return result }
    }
    next = bytes.count + 1
    return nil
  }

  /// Nil where nothing was written, and where `number` is nil.
  @_lifetime(self: copy self)
  mutating func optionalNumber() -> UInt64? {
    guard let number = number(), number > 0 else { return nil }
    return number - 1
  }

  /// Nil where nothing was written, and where `content` is nil.
  @_lifetime(self: copy self)
  mutating func optionalContent() -> [UInt8]? { copy(range(of: optionalNumber())) }

  @_lifetime(self: copy self)
  mutating func content() -> [UInt8]? { copy(range(of: number())) }

  /// Whether the next content is `expected`.
  @_lifetime(self: copy self)
  mutating func content(is expected: Span<UInt8>) -> Bool {
    guard let range = range(of: number()) else { return false }
    return bytes.extracting(range).equals(expected)
  }

  private func copy(_ range: Range<Int>?) -> [UInt8]? {
    guard let range else { return nil }
    var copy: [UInt8] = []
    copy.append(bytes.extracting(range))
    return copy
  }

  @_lifetime(self: copy self)
  mutating func fields() -> FieldBlock? {
    // A field takes two bytes at least, and two more as a line than here.
    guard let count = number(), count <= UInt64((bytes.count - next) / 2) else { return nil }
    var block = FieldBlock(
      reserving: Int(count), bytes: bytes.count - next + 2 * Int(count))
    for _ in 0..<count {
      guard let name = range(of: number()), let value = range(of: number()), !name.isEmpty,
        name.count <= 0xffff
      else {
        return nil
      }
      block.append(name: bytes.extracting(name), value: bytes.extracting(value))
    }
    return block
  }

  @_lifetime(self: copy self)
  private mutating func range(of count: UInt64?) -> Range<Int>? {
    guard let count, next <= bytes.count, count <= UInt64(bytes.count - next) else {
      return nil
    }
    let start = next
    next += Int(count)
    return start..<next
  }
}

// Entity tags and lists of them.

import Primitives

/// Comparing `ETag`, `If-Match` and `If-None-Match` (RFC 9110 section 8.8.3), on the bytes as they
/// are in the fields.
package enum EntityTag {
  /// The two ways to compare (RFC 9110 section 8.8.3.2).
  package enum Comparison: Sendable {
    /// Equal and neither weak.
    case strong
    /// Equal, weak or not.
    case weak
  }

  /// Whether `value` is one entity tag: `[W/]"..."`.
  package static func isValid(_ value: Span<UInt8>) -> Bool {
    length(value, at: 0) == value.count
  }

  /// Whether a valid entity tag is weak.
  package static func isWeak(_ value: Span<UInt8>) -> Bool {
    value.count >= 2 && value[0] == 0x57 && value[1] == 0x2f
  }

  /// RFC 9110 section 8.8.3.2. What is no entity tag equals nothing.
  package static func equal(
    _ a: Span<UInt8>, _ b: Span<UInt8>, _ comparison: Comparison
  ) -> Bool {
    guard isValid(a), isValid(b) else { return false }
    let weakA = isWeak(a)
    let weakB = isWeak(b)
    if comparison == .strong, weakA || weakB { return false }
    return a.extracting((weakA ? 2 : 0)..<a.count)
      .equals(b.extracting((weakB ? 2 : 0)..<b.count))
  }

  /// Whether `*` or a tag of the list `value` equals `tag`; nil stands for a representation without
  /// one. A malformed list matches up to where it is well-formed.
  package static func list(
    _ value: Span<UInt8>, holds tag: Span<UInt8>?, _ comparison: Comparison
  ) -> Bool {
    if value.equals("*") { return true }
    guard let tag else { return false }
    var index = 0
    var seen = 0
    while index < value.count, seen < FieldLimits.entityTags {
      if value[index] == 0x2c || value[index] == 0x20 || value[index] == 0x09 {
        index += 1
        continue
      }
      guard let length = length(value, at: index) else { return false }
      if equal(value.extracting(index..<(index + length)), tag, comparison) { return true }
      index += length
      seen += 1
    }
    return false
  }

  /// The length of the entity tag at `start`: `[ "W/" ] DQUOTE *etagc DQUOTE`.
  private static func length(_ value: Span<UInt8>, at start: Int) -> Int? {
    var index = start
    if index + 1 < value.count, value[index] == 0x57, value[index + 1] == 0x2f { index += 2 }
    guard index < value.count, value[index] == 0x22 else { return nil }
    index += 1
    while index < value.count {
      let byte = value[index]
      if byte == 0x22 { return index + 1 - start }
      guard byte > 0x20, byte != 0x7f else { return nil }
      index += 1
    }
    return nil
  }
}

// Reading the fields that caching is decided by.

import HTTP
import Primitives

extension FieldBlock {
  /// The first value of a date field; nil without one or if it is no date.
  func date(_ name: FieldName, now: WallTime) -> WallTime? {
    withFirst(name) { HTTPDate.parse($0, now: now) } ?? nil
  }

  /// The Expires field: nil without one; what is no date lies in the past (RFC 9111 section 5.3).
  func expires(now: WallTime) -> WallTime? {
    contains(.expires) ? date(.expires, now: now) ?? WallTime(seconds: 0) : nil
  }

  /// The Age field: the first member of a list counts, and what is no number is ignored (RFC 9111
  /// section 5.1).
  var age: UInt64? {
    let value = withFirst(.age) { value -> UInt32? in
      var end = 0
      while end < value.count, value[end] != 0x2c { end += 1 }
      while end > 0, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
      return CacheControl.deltaSeconds(value.extracting(0..<end))
    }
    return (value ?? nil).map(UInt64.init)
  }

  /// Whether Cache-Control alone says, plainly, that a shared cache must not store (RFC 9111 sections 5.2.2.5
  /// and 5.2.2.7).
  var forbidsSharedStorage: Bool {
    if contains(.cdnCacheControl) { return false }
    for index in entries.indices where entries[index].name == .cacheControl {
      let forbids = withValue(at: index) { value in
        value.first(0x22, in: 0..<value.count) == nil
          && (value.listHolds("no-store") || value.listHolds("private"))
      }
      if forbids { return true }
    }
    return false
  }

  /// Whether a field is Content-Digest, which is of a message's content: that of a whole is not true of
  /// its parts, nor that of a part of the whole (RFC 9530 section 2).
  func isContentDigest(_ entry: Entry) -> Bool {
    entry.name == .other
      && bytes.span.extracting(entry.nameRange).equalsIgnoringCase("content-digest")
  }

  /// Removes Content-Digest; Repr-Digest is of the whole in parts as well.
  mutating func removeContentDigest() {
    guard entries.contains(where: isContentDigest) else { return }
    let before = self
    removeAll(where: before.isContentDigest)
  }
}

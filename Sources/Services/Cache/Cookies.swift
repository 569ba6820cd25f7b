// Cookies of a request (RFC 6265 section 4.2).

import HTTP
import Primitives

/// Reading Cookie fields without copying them.
enum Cookies {
  /// Whether there is a cookie for whose name and value `condition` holds; those after the first such
  /// one are not looked at.
  static func contains(
    _ fields: FieldBlock, _ condition: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) -> Bool {
    for index in fields.entries.indices where fields.entries[index].name == .cookie {
      if fields.withValue(at: index, { contains($0, condition) }) { return true }
    }
    return false
  }

  /// Calls `body` with each cookie's name and value, in their order.
  static func forEach(
    _ fields: FieldBlock, _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void
  ) {
    _ = contains(fields) { name, value in
      body(name, value)
      return false
    }
  }

  private static func contains(
    _ field: Span<UInt8>, _ condition: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool
  ) -> Bool {
    var start = 0
    while start < field.count {
      while start < field.count, field[start] == 0x20 || field[start] == 0x09 { start += 1 }
      let end = field.first(0x3b, in: start..<field.count) ?? field.count
      let equals = field.first(0x3d, in: start..<end) ?? end
      let value = field.extracting(min(equals + 1, end)..<end)
      if condition(field.extracting(start..<equals), value) { return true }
      start = end + 1
    }
    return false
  }
}

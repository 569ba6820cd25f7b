// Cookies of a request (RFC 6265 section 4.2).

import HTTP
import Primitives

/// Reading Cookie fields without copying them.
enum Cookies {
  /// Whether there is a cookie for whose name `condition` holds.
  static func contains(_ fields: FieldBlock, _ condition: (Span<UInt8>) -> Bool) -> Bool {
    var found = false
    forEach(fields) { name, _ in if !found, condition(name) { found = true } }
    return found
  }

  /// Calls `body` with each cookie's name and value, in their order.
  static func forEach(
    _ fields: FieldBlock, _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void
  ) {
    for index in fields.entries.indices where fields.entries[index].name == .cookie {
      fields.withValue(at: index) { value in
        var start = 0
        while start < value.count {
          while start < value.count, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
          let end = value.first(0x3b, in: start..<value.count) ?? value.count
          let equals = value.first(0x3d, in: start..<end) ?? end
          body(
            value.extracting(start..<equals), value.extracting(min(equals + 1, end)..<end))
          start = end + 1
        }
      }
    }
  }
}

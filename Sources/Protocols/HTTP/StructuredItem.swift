// An item of a structured field.

import Primitives

/// A bare item with its parameters in order (RFC 9651 section 3.3).
package struct StructuredItem: Equatable, Sendable {
  package var value: StructuredValue
  package var parameters: [StructuredParameter]

  package init(_ value: StructuredValue, parameters: [StructuredParameter] = []) {
    self.value = value
    self.parameters = parameters
  }

  /// The value of the parameter `key`; nil if there is none.
  package func parameter(_ key: StaticString) -> StructuredValue? {
    for parameter in parameters {
      let found = parameter.key
      if found.span.equals(key) { return parameter.value }
    }
    return nil
  }

  /// The item in a field's value, lines joined with commas; nil if it is malformed.
  package init?(parsing value: Span<UInt8>) {
    var parser = StructuredFieldParser(value)
    do throws(HTTPParseError) {
      try parser.begin()
      self = try parser.item()
      try parser.end()
    } catch {
      // The one thing to know of a malformed structured field is that it must be ignored.
      return nil
    }
  }
}

// A parameter of an item of a structured field.

/// One parameter (RFC 9651 section 3.1.2).
package struct StructuredParameter: Equatable, Sendable {
  package var key: [UInt8]
  package var value: StructuredValue

  package init(key: [UInt8], value: StructuredValue) {
    self.key = key
    self.value = value
  }
}

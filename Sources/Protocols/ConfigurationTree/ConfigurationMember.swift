// A key and its value.

/// A member of an object.
package struct ConfigurationMember: Sendable, Equatable {
  package var key: String
  package var value: ConfigurationValue

  package init(_ key: String, _ value: ConfigurationValue) {
    self.key = key
    self.value = value
  }
}

// A field of an answer.

package import HTTP

/// One field of a response of the API.
package struct ControlField: Equatable, Sendable {
  package let name: FieldName
  package let value: String

  package init(name: FieldName, value: String) {
    self.name = name
    self.value = value
  }
}

// An object of the tree that may be taken apart.

/// An object whose keys were checked.
package struct ConfigurationObject: Sendable {
  package let members: [ConfigurationMember]
  package let position: SourcePosition?

  /// The value of `key`; nil if the object has no such key.
  package func value(_ key: String) -> ConfigurationValue? {
    members.first { $0.key == key }?.value
  }
}

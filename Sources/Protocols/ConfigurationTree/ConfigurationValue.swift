// The neutral tree of configuration.

/// A value of a configuration tree. Two are equal if their contents are, wherever they stand.
package struct ConfigurationValue: Sendable, Equatable {
  package var content: Content

  /// Where the value stands in its text; nil if it comes from none.
  package var position: SourcePosition?

  package init(_ content: Content, at position: SourcePosition? = nil) {
    self.content = content
    self.position = position
  }

  package static func == (a: Self, b: Self) -> Bool { a.content == b.content }

  /// What a value can be. Objects keep their members in order; no key is there twice.
  package enum Content: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([ConfigurationValue])
    case object([ConfigurationMember])
  }
}

extension ConfigurationValue {
  /// True or false, from no text.
  package static func bool(_ value: Bool) -> Self { Self(.bool(value)) }

  /// A whole number, from no text.
  package static func integer(_ value: Int) -> Self { Self(.integer(Int64(value))) }

  /// A text value, from no text.
  package static func string(_ value: String) -> Self { Self(.string(value)) }

  /// A list, from no text.
  package static func array(_ values: [ConfigurationValue]) -> Self { Self(.array(values)) }

  /// An object of the members that have a value, from no text.
  package static func object(_ members: [(String, ConfigurationValue?)]) -> Self {
    Self(.object(members.compactMap { key, value in value.map { ConfigurationMember(key, $0) } }))
  }

  /// The member `key` of an object; nil if there is none, or this is no object.
  package subscript(key: String) -> ConfigurationValue? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// What kind of value it is, with an article.
  package var kind: String {
    switch content {
    case .null: "null"
    case .bool: "true or false"
    case .integer: "a whole number"
    case .double: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// This value changed by `patch` (RFC 7396): members of objects are merged, null removes one,
  /// everything else is replaced.
  package func merging(_ patch: ConfigurationValue) -> ConfigurationValue {
    guard case .object(let changes) = patch.content else { return patch }
    var members: [ConfigurationMember] = []
    if case .object(let own) = content { members = own }
    for change in changes {
      let index = members.firstIndex { $0.key == change.key }
      if case .null = change.value.content {
        if let index { members.remove(at: index) }
      } else if let index {
        members[index].value = members[index].value.merging(change.value)
      } else {
        // Merging into nothing takes the nulls out of what is new.
        let empty = ConfigurationValue(.null)
        members.append(ConfigurationMember(change.key, empty.merging(change.value)))
      }
    }
    return ConfigurationValue(.object(members), at: patch.position)
  }
}

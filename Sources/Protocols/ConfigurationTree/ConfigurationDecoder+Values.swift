// Getters for the members of an object.

extension ConfigurationDecoder {
  /// The member `key`: true or false.
  package mutating func bool(_ key: String, in object: ConfigurationObject) -> Bool? {
    guard let value = object.value(key) else { return nil }
    if case .bool(let result) = value.content { return result }
    reportKind(value, key, "Write true or false.")
    return nil
  }

  /// The member `key`: a whole number in `range`.
  package mutating func integer(
    _ key: String, in object: ConfigurationObject, _ range: ClosedRange<Int>
  ) -> Int? {
    guard let value = object.value(key) else { return nil }
    let remedy = "Give a whole number from \(range.lowerBound) to \(range.upperBound)."
    guard case .integer(let number) = value.content else {
      reportKind(value, key, remedy)
      return nil
    }
    guard let result = Int(exactly: number), range.contains(result) else {
      at(key) { $0.report("is \(number)", remedy, at: value.position) }
      return nil
    }
    return result
  }

  /// The member `key`: a text.
  package mutating func string(_ key: String, in object: ConfigurationObject) -> String? {
    guard let value = object.value(key) else { return nil }
    if case .string(let result) = value.content { return result }
    reportKind(value, key, "Give a text (in quotes, if YAML takes it for something else).")
    return nil
  }

  /// The member `key`: a text, which must be there; `remedy` says what to give.
  package mutating func requiredString(
    _ key: String, in object: ConfigurationObject, _ remedy: String
  ) -> String? {
    if object.value(key) == nil { reportMissing(key, in: object, remedy) }
    return string(key, in: object)
  }

  /// The member `key`: one of the names of `choices`.
  package mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, in object: ConfigurationObject, _: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let value = object.value(key) else { return nil }
    let remedy =
      "Write one of "
      + Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") + "."
    guard case .string(let text) = value.content else {
      reportKind(value, key, remedy)
      return nil
    }
    if let result = Choice(rawValue: text) { return result }
    at(key) { $0.report("is \"\(text)\"", remedy, at: value.position) }
    return nil
  }

  /// Decodes the member `key`, if it is there, by `body`, which notes what is wrong itself.
  package mutating func member(
    _ key: String, in object: ConfigurationObject,
    _ body: (ConfigurationValue, inout ConfigurationDecoder) -> Void
  ) {
    guard let value = object.value(key) else { return }
    at(key) { decoder in body(value, &decoder) }
  }

  /// Decodes each element of the list `key`, at most `limit`, by `body`; false if there is no list.
  @discardableResult package mutating func list(
    _ key: String, in object: ConfigurationObject, limit: Int,
    _ body: (ConfigurationValue, inout ConfigurationDecoder) -> Void
  ) -> Bool {
    guard let value = object.value(key) else { return false }
    guard case .array(let elements) = value.content else {
      reportKind(value, key, "Give a list.")
      return false
    }
    guard elements.count <= limit else {
      at(key) {
        $0.report("has \(elements.count) elements", "Give at most \(limit).", at: value.position)
      }
      return false
    }
    at(key) { decoder in
      for (index, element) in elements.enumerated() {
        decoder.at(index) { body(element, &$0) }
      }
    }
    return true
  }

  /// Notes that `key` is missing.
  package mutating func reportMissing(
    _ key: String, in object: ConfigurationObject, _ remedy: String
  ) {
    at(key) { $0.report("is missing", remedy, at: object.position) }
  }

  private mutating func reportKind(
    _ value: ConfigurationValue, _ key: String, _ remedy: String
  ) {
    let isNull = value.content == .null
    at(key) {
      $0.report(
        isNull ? "has no value" : "is \(value.kind)",
        isNull ? "\(remedy) To take the default, leave the key out." : remedy,
        at: value.position)
    }
  }
}

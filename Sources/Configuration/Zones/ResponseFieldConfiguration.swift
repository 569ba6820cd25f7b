// A field that a zone sets in its responses.

package import ConfigurationTree

/// A response field with a fixed value; it takes the place of fields of that name.
package struct ResponseFieldConfiguration: Equatable, Sendable {
  package var name: String
  package var value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

extension ResponseFieldConfiguration {
  package static let keys = ["name", "value"]

  /// Fields that belong to the connection or the framing; setting them would break messages.
  private static let forbidden: Set<String> = [
    "connection", "content-length", "date", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
  ]

  /// Takes a field out of `value`; nil, and noted, if it is not usable.
  package static func decode(
    _ value: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) -> ResponseFieldConfiguration? {
    guard let object = decoder.object(value, keys: keys) else { return nil }
    let before = decoder.faults.count
    let name = decoder.requiredString("name", in: object, "Give the field's name.")
    let content = decoder.requiredString("value", in: object, "Give the field's value.")
    if let name, let problem = problem(name: name) {
      decoder.at("name") {
        $0.report(problem.0, problem.1, at: object.value("name")?.position)
      }
    }
    if let content, let problem = problem(value: content) {
      decoder.at("value") {
        $0.report(problem.0, problem.1, at: object.value("value")?.position)
      }
    }
    guard let name, let content, decoder.faults.count == before else { return nil }
    return ResponseFieldConfiguration(name: name, value: content)
  }

  /// RFC 9110 section 5.1: a token.
  private static func problem(name: String) -> (String, String)? {
    let isToken =
      !name.isEmpty
      && name.utf8.allSatisfy { byte in
        let letter = byte | 0x20
        return letter >= 97 && letter <= 122 || byte >= 48 && byte <= 57
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
    guard isToken, name.utf8.count <= 128 else {
      return ("is \"\(name)\"", "Use letters, digits and hyphens, at most 128.")
    }
    guard !forbidden.contains(name.lowercased()) else {
      return ("is \"\(name)\"", "Skerry sets this field itself; leave it out.")
    }
    return nil
  }

  /// RFC 9110 section 5.5, ASCII only.
  static func problem(value: String) -> (String, String)? {
    guard value.utf8.allSatisfy({ $0 >= 32 && $0 < 127 || $0 == 9 }) else {
      return ("has characters that a field can't carry", "Use printable ASCII in one line.")
    }
    guard value.utf8.count <= ZonesLimits.responseFieldBytes else {
      return (
        "has \(value.utf8.count) bytes", "Give at most \(ZonesLimits.responseFieldBytes)."
      )
    }
    guard value.first != " ", value.last != " ", value.first != "\t", value.last != "\t" else {
      return ("begins or ends with a space", "Leave the space out.")
    }
    return nil
  }

  package var tree: ConfigurationValue {
    .object([("name", .string(name)), ("value", .string(value))])
  }
}

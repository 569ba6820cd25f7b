// Nodes of YAML to values of a tree.

import ConfigurationTree
import Yams

/// Turns the nodes that Yams composed into values with their places.
struct YAMLReader {
  private let names: [SourcePosition: String]
  private let maximumValues: Int
  private var valueCount = 0

  /// `names` has what keys are called that go by another name in the text (`YAMLRepeats`).
  init(names: [SourcePosition: String] = [:], maximumValues: Int) {
    self.names = names
    self.maximumValues = maximumValues
  }

  /// The value of `node`; `depth` is how deep it lies.
  mutating func value(of node: Node, depth: Int) throws(YAMLProblem) -> ConfigurationValue {
    let position = node.mark.map(YAMLProblem.position)
    valueCount += 1
    guard valueCount <= maximumValues else {
      throw YAMLProblem(
        "comes to more than \(maximumValues) values. Write fewer aliases.", at: position)
    }
    guard depth < ConfigurationLimits.depth else {
      throw YAMLProblem("is nested more than \(ConfigurationLimits.depth) deep.", at: position)
    }
    switch node {
    case .scalar(let scalar):
      return ConfigurationValue(Self.content(of: scalar), at: position)
    case .sequence(let sequence):
      var elements: [ConfigurationValue] = []
      elements.reserveCapacity(sequence.count)
      for element in sequence { elements.append(try value(of: element, depth: depth + 1)) }
      return ConfigurationValue(.array(elements), at: position)
    case .mapping(let mapping):
      return ConfigurationValue(.object(try members(of: mapping, depth)), at: position)
    case .alias:
      throw YAMLProblem("has an alias without its anchor.", at: position)
    }
  }

  /// The members of a mapping; `<<` takes in those of another one that are not given here.
  private mutating func members(
    of mapping: Node.Mapping, _ depth: Int
  ) throws(YAMLProblem) -> [ConfigurationMember] {
    var members: [ConfigurationMember] = []
    var merged: [ConfigurationMember] = []
    for (key, node) in mapping {
      guard case .scalar(let scalar) = key else {
        throw YAMLProblem(
          "has a key that is no text. Write plain words as keys.",
          at: key.mark.map(YAMLProblem.position))
      }
      let value = try value(of: node, depth: depth + 1)
      if scalar.string == "<<", scalar.style == .plain {
        merged += try Self.merged(value)
      } else {
        let name = scalar.mark.flatMap { names[YAMLProblem.position($0)] }
        members.append(ConfigurationMember(name ?? scalar.string, value))
      }
    }
    for member in merged where !members.contains(where: { $0.key == member.key }) {
      members.append(member)
    }
    return members
  }

  private static func merged(
    _ value: ConfigurationValue
  ) throws(YAMLProblem) -> [ConfigurationMember] {
    switch value.content {
    case .object(let members): return members
    case .array(let elements):
      var members: [ConfigurationMember] = []
      for element in elements { members += try merged(element) }
      return members
    default:
      throw YAMLProblem("merges something that has no keys.", at: value.position)
    }
  }

  private static func content(of scalar: Node.Scalar) -> ConfigurationValue.Content {
    let tag = scalar.tag.rawValue
    if tag == Tag.Name.str.rawValue || tag == Tag.Name.nonSpecific.rawValue {
      return .string(scalar.string)
    }
    switch scalar.style {
    case .plain, .any: return content(ofPlain: scalar.string)
    default: return .string(scalar.string)
    }
  }

  /// What a plain word is (YAML 1.2.2 section 10.3.2, the core schema).
  static func content(ofPlain text: String) -> ConfigurationValue.Content {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let number = integer(text) { return .integer(number) }
    if let number = double(text) { return .double(number) }
    return .string(text)
  }

  private static func integer(_ text: String) -> Int64? {
    if text.hasPrefix("0x") { return digits(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0o") { return digits(text.dropFirst(2), radix: 8) }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    // A leading zero makes a number of another kind in YAML 1.1; nobody means that.
    guard unsigned == "0" || unsigned.first != "0", digits(unsigned, radix: 10) != nil else {
      return nil
    }
    return Int64(text)
  }

  private static func digits(_ text: Substring, radix: Int) -> Int64? {
    guard let first = text.first, first != "-", first != "+" else { return nil }
    return Int64(text, radix: radix)
  }

  private static func double(_ text: String) -> Double? {
    // Digits, at most one point and one exponent: `1e3`, `.5`, `2.`; no `inf`, no `0x1p3`.
    guard text.utf8.contains(where: { $0 >= 48 && $0 <= 57 }),
      text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || "+-.eE".utf8.contains($0) }),
      text.contains(".") || text.contains("e") || text.contains("E")
    else { return nil }
    return Double(text)
  }
}

// YAML to trees and back.

import ConfigurationTree
import Yams

/// Reads and writes YAML 1.2 (core schema): plain words are what they look like, `yes` and `012` and
/// `1:30` are texts, and every value knows where it stands.
enum YAMLText {
  /// Values that one text may come to; aliases multiply them. A text with more is refused.
  static let maximumValues = 5_000_000

  /// The value of `text`. Why it can't be read is thrown with its place; keys that are given twice are
  /// noted, and the first stays.
  static func read(
    _ text: String, maximumValues: Int = maximumValues, _ decoder: inout ConfigurationDecoder
  ) throws(YAMLProblem) -> ConfigurationValue {
    var repeats = YAMLRepeats(text)
    guard let root = try root(of: &repeats) else { return ConfigurationValue(.null) }
    var reader = YAMLReader(names: repeats.names, maximumValues: maximumValues)
    return try reader.value(of: root, depth: 0).withoutRepeats(&decoder)
  }

  private static func root(of repeats: inout YAMLRepeats) throws(YAMLProblem) -> Node? {
    while true {
      do { return try Yams.compose(yaml: repeats.text, .default, .default) } catch {
        guard case .duplicatedKeysInMapping(let keys, let context)? = error as? YamlError,
          let key = keys.first, repeats.hide(key, at: YAMLProblem.position(context.mark))
        else { throw YAMLProblem(error) }
      }
    }
  }

  /// `tree` as YAML.
  static func write(_ tree: ConfigurationValue) throws(CommandFailure) -> String {
    do { return try Yams.serialize(node: node(tree), width: -1, allowUnicode: true) } catch {
      throw CommandFailure(.refused, "skerry: this can't be written as YAML (\(error))")
    }
  }

  private static func node(_ value: ConfigurationValue) -> Node {
    switch value.content {
    case .null: return scalar("null")
    case .bool(let bool): return scalar(bool ? "true" : "false")
    case .integer(let number): return scalar("\(number)")
    case .double(let number): return scalar("\(number)")
    case .string(let text):
      // Certificates are legible as blocks; what looks like something else needs quotes.
      if text.contains("\n") { return .scalar(.init(text, .implicit, .literal)) }
      let isPlain = YAMLReader.content(ofPlain: text) == .string(text) && !isAmbiguous(text)
      return .scalar(.init(text, Tag(.str), isPlain ? .any : .doubleQuoted))
    case .array(let elements):
      return Node(elements.map(node), Tag(.seq), elements.isEmpty ? .flow : .block)
    case .object(let members):
      return Node(
        members.map { (Node.scalar(.init($0.key, Tag(.str), .any)), node($0.value)) }, Tag(.map),
        members.isEmpty ? .flow : .block)
    }
  }

  private static func scalar(_ text: String) -> Node { .scalar(.init(text, .implicit, .plain)) }

  /// Words that YAML 1.1 programs take for something else; quoted, so that they can read our files.
  private static func isAmbiguous(_ text: String) -> Bool {
    ["y", "n", "yes", "no", "on", "off"].contains(text.lowercased()) || text.isEmpty
  }
}

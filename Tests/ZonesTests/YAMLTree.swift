// YAML to the neutral tree, as the program does it.

import ConfigurationTree
import Yams

/// Makes configuration trees of YAML texts.
enum YAMLTree {
  static func parse(_ text: String) throws -> ConfigurationValue {
    guard let node = try Yams.compose(yaml: text) else { return ConfigurationValue(.null) }
    return tree(node)
  }

  private static func tree(_ node: Node) -> ConfigurationValue {
    let position = node.mark.map { SourcePosition(line: $0.line, column: $0.column) }
    switch node {
    case .sequence(let sequence):
      return ConfigurationValue(.array(sequence.map { tree($0) }), at: position)
    case .mapping(let mapping):
      let members = mapping.map { pair in
        ConfigurationMember(pair.key.string ?? "", tree(pair.value))
      }
      return ConfigurationValue(.object(members), at: position)
    default:
      return ConfigurationValue(scalar(node), at: position)
    }
  }

  private static func scalar(_ node: Node) -> ConfigurationValue.Content {
    guard let scalar = node.scalar, scalar.style == .plain else {
      return .string(node.string ?? "")
    }
    if node.null != nil { return .null }
    if let bool = node.bool { return .bool(bool) }
    if let number = node.int { return .integer(Int64(number)) }
    if let number = node.float { return .double(number) }
    return .string(scalar.string)
  }
}

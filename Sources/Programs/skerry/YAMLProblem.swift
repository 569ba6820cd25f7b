// Why a text is no usable YAML.

import ConfigurationTree
import Yams

/// What is wrong with a YAML text, and where.
struct YAMLProblem: Error, Equatable {
  let position: SourcePosition?
  /// As a sentence with what to do.
  let message: String

  init(_ message: String, at position: SourcePosition?) {
    self.message = message
    self.position = position
  }

  /// The failure that tells of it in the file at `path`.
  func failure(in path: String) -> CommandFailure {
    CommandFailure(.refused, "\(path)\(Self.place(position)): \(message)")
  }

  /// How a place follows the name of its file.
  static func place(_ position: SourcePosition?) -> String {
    position.map { ":\($0.line):\($0.column)" } ?? ""
  }

  init(_ error: any Error) {
    guard let error = error as? YamlError else {
      self.init("is no YAML (\(error)).", at: nil)
      return
    }
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let place = context.map { " (\($0.text), line \($0.mark.line))" } ?? ""
      // What the library says of a tab names neither the tab nor what to do.
      let advice =
        problem.contains("cannot start any token") ? " Indent with spaces, not tabs." : ""
      self.init("is no YAML: \(problem)\(place).\(advice)", at: Self.position(mark))
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        "has the key \(keys.joined(separator: ", ")) twice. Keep one.",
        at: Self.position(context.mark))
    case .reader(let problem, _, _, _): self.init("is no YAML: \(problem).", at: nil)
    default: self.init("is no YAML (\(error)).", at: nil)
    }
  }

  static func position(_ mark: Mark) -> SourcePosition {
    SourcePosition(line: mark.line, column: mark.column)
  }
}

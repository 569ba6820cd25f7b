// One thing that is wrong with a configuration.

/// A fault: where it is, what is wrong, how to mend it.
package struct ConfigurationFault: Error, Hashable, Sendable {
  /// The path in the tree: `zones[2].origins[0].url`; empty for the whole.
  package let path: String

  /// The place in the text, if there was one.
  package let position: SourcePosition?

  /// What is wrong, as the rest of a sentence whose subject is the path: `is 0`.
  package let problem: String

  /// What to do, as a sentence.
  package let remedy: String

  package init(
    path: String, position: SourcePosition? = nil, problem: String, remedy: String
  ) {
    self.path = path
    self.position = position
    self.problem = problem
    self.remedy = remedy
  }

  /// This fault under another path.
  package func under(_ prefix: String) -> ConfigurationFault {
    let isJoined = !prefix.isEmpty && !path.isEmpty && !path.hasPrefix("[")
    return ConfigurationFault(
      path: prefix + (isJoined ? "." : "") + path, position: position, problem: problem,
      remedy: remedy)
  }
}

extension ConfigurationFault: CustomStringConvertible {
  package var description: String {
    let place = path.isEmpty ? "the configuration" : path
    let source = position.map { " (\($0))" } ?? ""
    return "\(place)\(source): \(problem). \(remedy)"
  }
}

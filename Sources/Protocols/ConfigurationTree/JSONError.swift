// Why a text is no JSON.

/// What is wrong with a JSON text, and where.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  package let position: SourcePosition

  /// What is wrong, as a sentence without its full stop.
  package let problem: String

  package var description: String { "\(position): \(problem)." }
}

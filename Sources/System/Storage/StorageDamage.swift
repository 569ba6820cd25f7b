// One thing that is wrong with a stored file.

/// A damage that a check found: where, and what.
package struct StorageDamage: Equatable, Sendable, CustomStringConvertible {
  /// What is damaged: "page 17", "table zones, key 00ff…", "the file".
  package let place: String

  /// What is wrong with it, as the rest of a sentence: "claims to be page 3".
  package let problem: String

  package init(place: String, problem: String) {
    self.place = place
    self.problem = problem
  }

  package var description: String { "\(place) \(problem)" }
}

// What is wrong with a zone's records.

/// Why records make no zone: which one, what is wrong with it, and how to mend it.
package struct RecordFault: Error, Equatable, Sendable {
  /// The record's place in the list that was given; nil if it is the list as a whole.
  package let index: Int?
  package let problem: String
  package let remedy: String
}

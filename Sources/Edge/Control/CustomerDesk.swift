// What the operator does with customers, who are the affair of a room above.

package import ConfigurationTree

/// Accounts of the public API and their tokens, as the operator's API shows and changes them. Paths are what
/// follows `/v1/accounts`. Called on the API's worker, and for changes in their turn.
package protocol CustomerDesk: Sendable {
  /// What is at `path`.
  func show(_ path: [String]) throws(ControlRefusal) -> ControlAnswer

  /// Adds to the list at `path`.
  func add(_ path: [String], _ tree: ConfigurationValue) throws(ControlRefusal) -> ControlAnswer

  /// Removes what is at `path`.
  func remove(_ path: [String]) throws(ControlRefusal) -> ControlAnswer
}

// What another server said of its topology.

import Primitives

/// Whether another server has this one's topology, as far as it said so.
package struct KnownTopology: Sendable {
  /// The fingerprint of this server's at that time.
  let own: UInt64
  package let isSame: Bool
  let at: Instant

  /// What was said last.
  static func latest(_ one: Self?, _ other: Self?) -> Self? {
    guard let one, let other else { return one ?? other }
    return one.at < other.at ? other : one
  }
}

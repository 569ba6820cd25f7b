// What a zone's requests depend on in a fleet.

package import Tiers

/// Whom a zone's requests go to, as it says, and how far from its origin PoPs are.
package struct ZoneTiers: Sendable {
  package let choice: TierChoice
  /// Of the upper tier, nearest first; empty where that is not asked by, or not known.
  package let distances: [(pop: Int, nanoseconds: UInt64)]
}

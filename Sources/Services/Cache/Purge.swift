// What is asked to be purged.

package import Primitives

/// A purge of a zone: what is stored of it is void (hard) or stale (soft) from now on.
package struct Purge: Equatable, Sendable {
  /// Stale responses may still be used as their zone and they themselves allow.
  package var isSoft: Bool
  package var isEverything: Bool
  /// None if everything is purged.
  package var items: [PurgeItem]
  /// When it was asked for: soft purged responses are stale from then on.
  package var time: WallTime

  package init(
    isSoft: Bool = false, isEverything: Bool = false, items: [PurgeItem] = [], time: WallTime
  ) {
    precondition(!isEverything || items.isEmpty)
    self.isSoft = isSoft
    self.isEverything = isEverything
    self.items = items
    self.time = time
  }
}

// When targets were invalidated whose keys nobody can enumerate.

import Primitives
import Synchronization

/// The latest invalidations of a zone's targets, for keys that have parts beside the target: no list
/// says which of them are stored, so the instant is part of each key, and those with an earlier one
/// are not found any more. From any thread.
///
/// One slot per hash of a target: others that share the slot are invalidated with it.
final class TargetInvalidations: Sendable {
  private let instants = InlineArray<512, Atomic<UInt64>> { _ in Atomic(0) }

  /// The latest invalidation of a target, by the hash of its key's part that every request for it has.
  func latest(_ hash: UInt64) -> Instant {
    Instant(nanoseconds: instants[Self.slot(hash)].load(ordering: .acquiring))
  }

  /// Notes an invalidation, with its instant later than all before; true if there was none since
  /// `start`.
  @discardableResult
  func note(
    _ hash: UInt64, at now: Instant, since start: Instant = .never
  ) -> (isFirst: Bool, instant: Instant) {
    let slot = Self.slot(hash)
    var before = instants[slot].load(ordering: .acquiring)
    while true {
      let next = max(now.nanoseconds, before + 1)
      let result = instants[slot].compareExchange(
        expected: before, desired: next, ordering: .acquiringAndReleasing)
      if result.exchanged {
        return (before < start.nanoseconds, Instant(nanoseconds: next))
      }
      before = result.original
    }
  }

  private static func slot(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & 511 }
}

// A tenant as the cache sees it.

package import Primitives
import Synchronization

/// A zone's state that all loops share: its purges, weight, and bytes. From any thread.
///
/// It lives as long as anything is stored for the zone or a stage uses it.
package final class CacheZone: Sendable {
  package let id: ZoneID
  private let latestPurge = Atomic<UInt64>(0)
  private let latestFloor = Atomic<UInt64>(0)
  private let latestHard = Atomic<UInt64>(0)
  private let hasLoaded = Atomic<Bool>(false)
  let purges = Guarded(PurgeTable())
  private let storedBytes = Atomic<Int>(0)
  private let storedObjects = Atomic<Int>(0)
  private let evictedObjects = Atomic<UInt64>(0)
  private let share = Atomic<Int>(1)
  private let forgotten = Atomic<UInt64>(0)
  private let targets = Guarded<TargetInvalidations?>(nil)
  private let reserve = Atomic<Bool>(false)
  let purgesUnderWay: PurgesUnderWay
  private let onEnd: @Sendable (ZoneID) -> Void

  init(
    id: ZoneID, purgesUnderWay: PurgesUnderWay = PurgesUnderWay(),
    onEnd: @escaping @Sendable (ZoneID) -> Void
  ) {
    self.id = id
    self.purgesUnderWay = purgesUnderWay
    self.onEnd = onEnd
  }

  deinit { onEnd(id) }

  /// The number of the latest purge that is in force; 0 before the first. What is fetched from now on
  /// comes after it; what was stored before it must be judged (`verdict`).
  @inline(__always)
  package var purgeSequence: UInt64 { latestPurge.load(ordering: .acquiring) }

  /// The number of the latest of those purges that all other servers of the fleet have made as well. What comes
  /// from one of them comes after that.
  var settledSequence: UInt64 { min(purgeSequence, purgesUnderWay.settledSequence) }

  /// What is older than this is void, all of it.
  var purgeFloor: UInt64 { latestFloor.load(ordering: .acquiring) }

  /// The number of the latest purge in force that voids anything, as soft ones may not.
  var latestVoiding: UInt64 { latestHard.load(ordering: .acquiring) }

  func noteVoiding(_ sequence: UInt64) { latestHard.max(sequence, ordering: .releasing) }

  func setPurges(floor: UInt64, sequence: UInt64) {
    latestFloor.max(floor, ordering: .releasing)
    latestPurge.max(sequence, ordering: .releasing)
  }

  /// Whether anything of the zone may be in the reserve, as far as this process knows.
  var usesReserve: Bool { reserve.load(ordering: .relaxed) }

  func noteReserve() { reserve.store(true, ordering: .relaxed) }

  /// Whether the purges that the store of zones has were taken over.
  package var isLoaded: Bool { hasLoaded.load(ordering: .acquiring) }

  func noteLoaded() { hasLoaded.store(true, ordering: .releasing) }

  /// The latest invalidation of one of the zone's keys that is not known by its key any more: it counts
  /// for all of them.
  var forgottenInvalidation: Instant {
    Instant(nanoseconds: forgotten.load(ordering: .relaxed))
  }

  func forgetInvalidation(at instant: Instant) {
    forgotten.max(instant.nanoseconds, ordering: .relaxed)
  }

  /// When targets were invalidated; only zones whose keys have parts beside the target need it.
  func targetInvalidations() -> TargetInvalidations {
    targets.withLock { present in
      if let present { return present }
      let made = TargetInvalidations()
      present = made
      return made
    }
  }

  /// Bytes stored for the zone on all loops, with overhead.
  package var bytes: Int { storedBytes.load(ordering: .relaxed) }

  /// Objects stored for the zone on all loops.
  package var objects: Int { storedObjects.load(ordering: .relaxed) }

  func count(bytes: Int, objects: Int) {
    storedBytes.add(bytes, ordering: .relaxed)
    storedObjects.add(objects, ordering: .relaxed)
  }

  /// Objects of the zone that had to make room for others.
  package var evictions: UInt64 { evictedObjects.load(ordering: .relaxed) }

  func countEviction() { evictedObjects.add(1, ordering: .relaxed) }

  /// The zone's share of memory relative to others; takes effect at its next insertion.
  package var weight: Int { share.load(ordering: .relaxed) }

  /// Sets the weight, which is positive.
  package func setWeight(_ weight: Int) {
    precondition(weight > 0)
    share.store(weight, ordering: .relaxed)
  }
}

// A response in the cache.

import Exchange
import HTTP
import Primitives
import Synchronization

/// A stored response: immutable, shared by reference between loops. Only its heat and whether it
/// may still be used change, atomically.
final class StoredResponse: Evictable, Sendable {
  let zone: CacheZone
  /// The number of the zone's latest purge when its fetch began; later ones may be for it.
  let sequence: UInt64
  let hash: UInt64
  let key: [UInt8]
  let head: StoredHead
  let body: StoredBody
  /// Bytes that it is accounted with.
  let cost: Int
  /// The number of the zone's latest purge after which it was found to stand; `revoked` once it must
  /// not be used any more.
  private let standsAt: Atomic<UInt64>
  /// Since when it is stale by a soft purge, in nanoseconds; 0 if there was none for it.
  private let outdatedAt = Atomic<UInt64>(0)
  private let state = Atomic<UInt8>(0)
  /// Until when the origin is taken to fail, in nanoseconds; the last bit says that it could not be
  /// reached.
  private let failingUntil = Atomic<UInt64>(0)

  private static let revoked = UInt64.max
  private static let heatBits: UInt8 = 3
  /// Set once it was put on the disk, or came from there.
  private static let onDiskBit: UInt8 = 0x40
  /// Set by its first use.
  private static let usedBit: UInt8 = 0x20
  /// Set if it came from the reserve.
  private static let fromReserveBit: UInt8 = 0x10
  /// Set if it came from the reserve, perhaps by way of the disk.
  private static let inReserveBit: UInt8 = 0x08

  init(
    zone: CacheZone, sequence: UInt64, hash: UInt64, key: [UInt8], head: StoredHead,
    body: StoredBody
  ) {
    precondition(sequence < Self.revoked)
    self.zone = zone
    self.sequence = sequence
    standsAt = Atomic(sequence)
    self.hash = hash
    self.key = key
    self.head = head
    self.body = body
    let fieldBytes = head.fields.lines.count * 2 + head.fields.fields.count * 24
    let tagBytes = head.tags.isEmpty ? 0 : head.tags.count * 8 + (head.replaced?.bytes.count ?? 0)
    cost =
      CacheLimits.objectOverheadBytes + key.count + fieldBytes + tagBytes + head.selection.bytes
      + body.retainedBytes
  }

  /// Whether it may be used at all: not purged, replaced, invalidated or evicted.
  @inline(__always)
  var isCurrent: Bool { standsAt.load(ordering: .acquiring) == zone.purgeSequence || stands() }

  /// Takes it out of use on all loops at once.
  func revoke() { standsAt.store(Self.revoked, ordering: .relaxed) }

  /// Judges it by the purges since it was last looked at.
  @inline(never)
  private func stands() -> Bool {
    var before = standsAt.load(ordering: .acquiring)
    while before != Self.revoked {
      let latest = zone.purgeSequence
      if before == latest { return true }
      switch zone.verdict(since: before, key: key, tags: head.tags) {
      case .void: revoke()
      case .stale(let instant): noteOutdated(instant)
      case .current: break
      }
      let result = standsAt.compareExchange(
        expected: before, desired: latest, ordering: .acquiringAndReleasing)
      if result.exchanged { return true }
      before = result.original
    }
    return false
  }

  /// Since when it is stale by a soft purge; nil if there was none for it.
  @inline(__always)
  var outdated: Instant? {
    let instant = outdatedAt.load(ordering: .relaxed)
    return instant == 0 ? nil : Instant(nanoseconds: instant)
  }

  private func noteOutdated(_ instant: Instant) {
    // The latest of several soft purges counts, whether it was looked at between them or not.
    outdatedAt.max(max(1, instant.nanoseconds), ordering: .relaxed)
  }

  /// Notes that the origin failed when this was validated, so that requests in the time after it
  /// don't all wait for another failure.
  func noteFailure(_ use: StaleUse, until end: Instant) {
    failingUntil.store(end.nanoseconds & ~1 | (use == .unreachable ? 1 : 0), ordering: .relaxed)
  }

  /// How the origin failed a moment ago; nil if it did not.
  func failing(at now: Instant) -> StaleUse? {
    let until = failingUntil.load(ordering: .relaxed)
    guard until & ~1 > now.nanoseconds else { return nil }
    return until & 1 == 1 ? .unreachable : .error
  }

  /// Whether it was put on the disk, or came from there; it may be gone from there by now.
  var isOnDisk: Bool { state.load(ordering: .relaxed) & Self.onDiskBit != 0 }

  /// Whether it answered anyone from memory.
  var wasUsed: Bool { state.load(ordering: .relaxed) & Self.usedBit != 0 }

  /// Whether it came from the reserve; it may be gone from there by now.
  var isFromReserve: Bool { state.load(ordering: .relaxed) & Self.fromReserveBit != 0 }

  /// Whether the reserve has it, as far as is known: it came from there, perhaps by way of the disk.
  var isInReserve: Bool { state.load(ordering: .relaxed) & Self.inReserveBit != 0 }

  /// Whether it, or one in whose place it came, may be in the reserve.
  var mayBeInReserve: Bool { isInReserve || head.reserve != nil }

  func noteFromReserve() {
    state.bitwiseOr(Self.fromReserveBit | Self.inReserveBit, ordering: .relaxed)
  }

  func noteInReserve() { state.bitwiseOr(Self.inReserveBit, ordering: .relaxed) }

  func noteOnDisk() { state.bitwiseOr(Self.onDiskBit, ordering: .relaxed) }

  /// Takes over what was learnt of `other`, in whose place this one comes: its heat, whether it is on
  /// the disk, soft purges, and how the origin failed.
  func inherit(from other: StoredResponse) {
    setHeat(other.heat)
    if other.isOnDisk { noteOnDisk() }
    outdatedAt.store(other.outdatedAt.load(ordering: .relaxed), ordering: .relaxed)
    failingUntil.store(other.failingUntil.load(ordering: .relaxed), ordering: .relaxed)
  }

  /// Counts a use; true for the use that makes it as hot as can be. Hot objects are only read, so that
  /// loops don't fight for the cache line.
  @inline(__always)
  func heatUp() -> Bool {
    let now = state.load(ordering: .relaxed)
    if now & Self.heatBits == Self.heatBits { return false }
    // A lost race is a lost count, no more.
    return state.weakCompareExchange(
      expected: now, desired: (now + 1) | Self.usedBit, ordering: .relaxed
    ).exchanged
      && (now + 1) & Self.heatBits == Self.heatBits
  }

  /// What is void is cold, as far as that costs nothing to know: others may be waiting for room.
  var heat: UInt8 { isPlainlyVoid ? 0 : state.load(ordering: .relaxed) & Self.heatBits }

  /// Whether it is known to be void without comparing it with purges.
  var isPlainlyVoid: Bool {
    standsAt.load(ordering: .relaxed) == Self.revoked || sequence < zone.purgeFloor
  }

  func setHeat(_ heat: UInt8) {
    precondition(heat <= Self.heatBits)
    var now = state.load(ordering: .relaxed)
    while true {
      let next = now & ~Self.heatBits | heat
      let result = state.weakCompareExchange(expected: now, desired: next, ordering: .relaxed)
      if result.exchanged { return }
      now = result.original
    }
  }
}

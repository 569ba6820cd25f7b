// A response in the cache.

import Exchange
import HTTP
import Primitives
import Synchronization

/// A stored response: immutable, shared by reference between loops. Only its heat and whether it
/// may still be used change, atomically.
final class StoredResponse: Evictable, Sendable {
  let zone: CacheZone
  /// The zone's generation that it belongs to; it is void in any later one.
  let generation: UInt64
  let hash: UInt64
  let key: [UInt8]
  let head: StoredHead
  let body: StoredBody
  /// Bytes that it is accounted with.
  let cost: Int
  private let state = Atomic<UInt8>(0)
  /// Until when the origin is taken to fail, in nanoseconds; the last bit says that it could not be
  /// reached.
  private let failingUntil = Atomic<UInt64>(0)

  /// Set in `state` once the response must not be used any more.
  private static let revokedBit: UInt8 = 0x80
  private static let heatBits: UInt8 = 3

  init(
    zone: CacheZone, generation: UInt64, hash: UInt64, key: [UInt8], head: StoredHead,
    body: StoredBody
  ) {
    self.zone = zone
    self.generation = generation
    self.hash = hash
    self.key = key
    self.head = head
    self.body = body
    let fieldBytes = head.fields.lines.count * 2 + head.fields.fields.count * 24
    cost =
      CacheLimits.objectOverheadBytes + key.count + fieldBytes + head.selection.bytes
      + body.retainedBytes
  }

  /// Whether it may be used at all: not purged, replaced, invalidated or evicted.
  @inline(__always)
  var isCurrent: Bool {
    state.load(ordering: .relaxed) & Self.revokedBit == 0 && generation == zone.generation
  }

  /// Takes it out of use on all loops at once.
  func revoke() { state.bitwiseOr(Self.revokedBit, ordering: .relaxed) }

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

  /// Takes over what was learnt of `other`, in whose place this one comes: its heat, and how the
  /// origin failed.
  func inherit(from other: StoredResponse) {
    setHeat(other.heat)
    failingUntil.store(other.failingUntil.load(ordering: .relaxed), ordering: .relaxed)
  }

  /// Counts a use; true for the use that makes it as hot as can be. Hot objects are only read, so that
  /// loops don't fight for the cache line.
  @inline(__always)
  func heatUp() -> Bool {
    let now = state.load(ordering: .relaxed)
    if now & Self.heatBits == Self.heatBits { return false }
    // A lost race is a lost count, no more.
    return state.weakCompareExchange(expected: now, desired: now + 1, ordering: .relaxed).exchanged
      && (now + 1) & Self.heatBits == Self.heatBits
  }

  /// What is void is cold.
  var heat: UInt8 { isCurrent ? state.load(ordering: .relaxed) & Self.heatBits : 0 }

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

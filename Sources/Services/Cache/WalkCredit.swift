// How much a walk after a purge may do now.

import Primitives

/// What a zone's walks on one shard may spend on responses that stay: it grows with time, and with what is
/// found void. So a purge that voids much is done with at once, and purges that void little cost a bounded
/// part of a core, however many they are.
struct WalkCredit {
  /// Nanoseconds of CPU that may be spent; negative after a turn that took more.
  private(set) var nanoseconds = Int64(CacheLimits.walkCreditNanoseconds)
  private var countedAt: Instant

  private static let most = Int64(CacheLimits.walkCreditNanoseconds)

  /// All that there can be.
  init(at now: Instant) { countedAt = now }

  /// Counts the time that passed.
  mutating func renew(at now: Instant) {
    let earned = now.nanoseconds(since: countedAt) / CacheLimits.walkShare
    guard earned > 0 else { return }
    nanoseconds =
      earned > CacheLimits.walkCreditNanoseconds * 2
      ? Self.most : min(Self.most, nanoseconds + Int64(earned))
    countedAt = countedAt.advanced(byNanoseconds: earned * CacheLimits.walkShare)
  }

  /// Counts a turn of `elapsed` nanoseconds that looked at so many responses.
  mutating func spend(elapsed: UInt64, stayed: Int, void: Int) {
    precondition(stayed >= 0 && void >= 0)
    guard stayed + void > 0 else { return }
    // While it was pre-empted the turn cost nobody anything.
    let elapsed = min(elapsed, CacheLimits.walkTurnNanoseconds * 10)
    let spent = max(
      UInt64(stayed) * CacheLimits.walkLookNanoseconds,
      elapsed * UInt64(stayed) / UInt64(stayed + void))
    let earned = UInt64(void) * CacheLimits.walkEarningNanoseconds
    nanoseconds = min(Self.most, nanoseconds + Int64(earned) - Int64(spent))
  }

  /// Whether a turn may begin.
  var isEnough: Bool { nanoseconds > 0 }

  /// When there is enough for a few turns, if nothing is spent.
  var enoughAt: Instant { instant(of: Int64(CacheLimits.walkResumeNanoseconds)) }

  /// When there is all that there can be.
  var fullAt: Instant { instant(of: Self.most) }

  private func instant(of amount: Int64) -> Instant {
    countedAt.advanced(byNanoseconds: UInt64(max(0, amount - nanoseconds)) * CacheLimits.walkShare)
  }
}

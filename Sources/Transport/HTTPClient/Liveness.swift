// Whether the other end of a connection still lives.

package import Primitives

/// Which signs of life count, and what follows from their absence: times in, findings out. While exchanges are under
/// way it looks every `silence`: an end that was silent for so long is asked, one that does not answer for as
/// long again counts as silent, and one that goes on not answering is gone.
package struct Liveness: Sendable {
  /// How long the other end may be silent until it is asked for a sign of life, and how long it may take for that.
  package let silence: Duration
  /// It has given none: those who have no head yet ask elsewhere, and nothing begins until it does.
  package private(set) var isSilent = false
  /// The last time a byte came.
  package private(set) var receivedAt: Instant
  /// When the next look is due: one that comes late says that this process is slow, not the other.
  package private(set) var looksAt = Instant(nanoseconds: 0)
  /// When it was asked last and has not answered.
  private var askedAt: Instant?
  /// When it was asked last by `measure`.
  private var measuredAt: Instant?
  /// How long it took to answer last; nil if it never did.
  package private(set) var roundTripNanoseconds: UInt64?

  /// What a look comes to.
  package enum Finding: Equatable, Sendable {
    /// There is nothing to be done now.
    case well
    /// It is to be asked.
    case asks
    /// It is silent as of now: what can go elsewhere does.
    case isSilent
    /// It is given up. What is half-way was left more time than what could go elsewhere.
    case isGone
  }

  package init(silence: Duration, now: Instant) {
    self.silence = silence
    receivedAt = now
  }

  /// The first exchange begins: the first look is due a silence later.
  package mutating func begin(now: Instant) { looksAt = now + silence }

  /// A byte came. Whether that ends a silence.
  @discardableResult
  package mutating func received(now: Instant) -> Bool {
    receivedAt = now
    defer { isSilent = false }
    return isSilent
  }

  /// A question goes out; `now` tells its answer.
  package mutating func ask(now: Instant) { askedAt = now }

  /// The answer came to the question of an instant; one to an earlier question says nothing.
  package mutating func answered(_ question: UInt64, now: Instant) {
    guard let askedAt, askedAt.nanoseconds == question else { return }
    self.askedAt = nil
    roundTripNanoseconds = now.nanoseconds(since: askedAt)
  }

  /// Whether a question is to go out that measures the round trip; it `asks` then. If nothing came since the last of
  /// them the other end `isGone`: it may have been asked since for a sign of life, and a moment ago, which says nothing.
  /// While exchanges are under way it only `isSilent`, and `look` says when it is gone: what is half-way has more time.
  package mutating func measure(now: Instant, isInUse: Bool) -> Finding {
    if let measuredAt, receivedAt < measuredAt { return isInUse ? .isSilent : .isGone }
    ask(now: now)
    measuredAt = now
    return .asks
  }

  /// Looks, while exchanges are under way; the next look is due a silence later.
  package mutating func look(now: Instant) -> Finding {
    let isLate = now >= looksAt + silence / 4
    looksAt = now + silence
    if isLate {
      askedAt = nil
      receivedAt = now
      return .well
    }
    guard let askedAt, receivedAt < askedAt else {
      return now >= receivedAt + silence ? .asks : .well
    }
    if now >= askedAt + silence * HTTPClientLimits.silencesEndured { return .isGone }
    guard !isSilent, now >= askedAt + silence else { return .well }
    isSilent = true
    return .isSilent
  }
}

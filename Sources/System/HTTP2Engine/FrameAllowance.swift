// How much of one kind, mostly frames, a peer may still send.

/// A credit that is refilled to `base` in every window and can be earned above that.
struct FrameAllowance {
  private let base: Int
  private var credit: Int

  init(_ base: Int) {
    self.base = base
    credit = base
  }

  /// A new window begins.
  mutating func refill() { credit = max(credit, base) }

  /// The peer earned `count` more.
  mutating func earn(_ count: Int) {
    credit = min(credit + count, base * Limits.earnedFactor)
  }

  /// Takes one, or `count`; false if there is not as much.
  mutating func spend(_ count: Int = 1) -> Bool {
    guard credit >= count else { return false }
    credit -= count
    return true
  }
}

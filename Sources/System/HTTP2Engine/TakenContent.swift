// Whether a peer takes what waits for it on one stream.

import Primitives

/// How long the content that waits on a stream has waited for a fair part of it to go. A trickle counts
/// for nothing, an empty queue for everything.
struct TakenContent {
  /// When a fair part went last; nil while that is not known, or nothing waits.
  private(set) var since: Instant?
  private var bytes = 0

  /// `count` bytes went, and `rest` are left.
  mutating func took(_ count: Int, at now: Instant, leaving rest: Int) {
    guard rest > 0 else { return self = TakenContent() }
    bytes += count
    guard bytes >= Limits.takenBytes else { return }
    begin(at: now)
  }

  /// Time begins anew.
  mutating func begin(at now: Instant) {
    since = now
    bytes = 0
  }
}

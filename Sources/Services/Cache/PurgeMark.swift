// The latest purges of something.

/// The numbers of the latest hard and soft purge of something, 0 for none, and when the soft one was:
/// on the clock that `Time` is of.
package struct PurgeMark<Time: Comparable & Sendable>: Sendable {
  package var hard: UInt64
  package var soft: UInt64
  package var softTime: Time

  package init(hard: UInt64 = 0, soft: UInt64 = 0, softTime: Time) {
    self.hard = hard
    self.soft = soft
    self.softTime = softTime
  }

  /// The later of both.
  package var latest: UInt64 { max(hard, soft) }

  /// Takes in `other`: of both the later ones count.
  package mutating func merge(_ other: PurgeMark) {
    hard = max(hard, other.hard)
    guard other.soft > soft else { return }
    soft = other.soft
    softTime = other.softTime
  }
}

extension PurgeMark: Equatable {}

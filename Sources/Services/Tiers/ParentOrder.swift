// Which parent is asked first.

/// The regional parents of a server, by number, in the order in which they are asked: the nearest first, by
/// measured round trips. Measurements waver, so another takes the first place only if it is nearer by a fifth.
package struct ParentOrder: Equatable, Sendable {
  /// At first that of the topology's file.
  package private(set) var order: [Int]

  /// That of `count` parents.
  package init(_ count: Int) { order = Array(0..<count) }

  /// How far away each is by now, in nanoseconds; nil where that is not known, or where it gets no requests: those
  /// stay behind, in the file's order.
  package mutating func measured(_ roundTrips: [UInt64?]) {
    precondition(roundTrips.count == order.count)
    let known = roundTrips.map { $0 ?? .max }
    guard let first = order.first, let best = known.min(), best < .max,
      best < known[first] / 100 * TierLimits.nearerPercent
    else { return }
    order = known.indices.sorted { (known[$0], $0) < (known[$1], $1) }
  }
}

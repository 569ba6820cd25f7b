// What a zone uses of the server, over all loops.

import Synchronization

/// Counts what a zone's bounds limit on the server as a whole. Shared by the zone's states on all
/// loops; counted when a connection comes or goes and when a request must wait, never for a hit.
package final class ZoneUse: Sendable {
  private let connectionCount = Atomic<Int>(0)
  private let exchangeCount = Atomic<Int>(0)

  package init() {}

  /// Counts one more client connection; false if there are `bound` already.
  func takeConnection(bound: Int) -> Bool { Self.take(connectionCount, bound) }

  func giveConnectionBack() { Self.giveBack(connectionCount) }

  /// Counts one more request in flight; false if there are `bound` already.
  func takeExchange(bound: Int) -> Bool { Self.take(exchangeCount, bound) }

  func giveExchangeBack() { Self.giveBack(exchangeCount) }

  // Relaxed: the count protects nothing but itself. Two that come at once for the last place may
  // both be refused, never both be let in.
  private static func take(_ count: borrowing Atomic<Int>, _ bound: Int) -> Bool {
    guard count.wrappingAdd(1, ordering: .relaxed).newValue > bound else { return true }
    count.wrappingSubtract(1, ordering: .relaxed)
    return false
  }

  private static func giveBack(_ count: borrowing Atomic<Int>) {
    let rest = count.wrappingSubtract(1, ordering: .relaxed).newValue
    precondition(rest >= 0, "what is given back was taken")
  }
}

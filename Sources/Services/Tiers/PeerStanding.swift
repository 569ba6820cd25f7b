// What other loops may know of a server.

import Synchronization

/// How one loop gets on with a server, for the loops that use its connections. From any thread.
final class PeerStanding: Sendable {
  private let isUnwell = Atomic<Bool>(false)
  /// In nanoseconds; 0 while it is not known.
  private let roundTrip = Atomic<UInt64>(0)

  var isWell: Bool { !isUnwell.load(ordering: .relaxed) }

  var roundTripNanoseconds: UInt64? {
    let nanoseconds = roundTrip.load(ordering: .relaxed)
    return nanoseconds > 0 ? nanoseconds : nil
  }

  func note(isWell: Bool) { isUnwell.store(!isWell, ordering: .relaxed) }

  func note(roundTripNanoseconds: UInt64?) {
    roundTrip.store(roundTripNanoseconds ?? 0, ordering: .relaxed)
  }
}

// A connection that one loop has and another uses.

import HTTPClient
import Primitives
import Runtime
import Synchronization

/// The use of a connection of the loop that lends it, from the loop that borrows it.
///
/// Of both loops: each has members of its own, and what both read is atomic.
final class ConnectionLoan: @unchecked Sendable {
  // Each member is confined to the loop that its comment names, or is atomic.
  /// Of the borrowing loop: the server's link there.
  let borrower: PeerLink
  /// Of the lending loop.
  let lender: PeerNetwork
  /// Of the lending loop, as soon as it is lent.
  private(set) var connection: (any PeerConnection)?
  /// Of the borrowing loop, as long as it uses it.
  var borrowed: BorrowedConnection?
  /// An exchange found it silent or full: nothing is sent until the lending loop sees that it is well.
  private let isDoubted = Atomic<Bool>(false)
  /// In nanoseconds; 0 while it is not known.
  private let roundTrip = Atomic<UInt64>(0)

  /// A loan that `lender` is asked for, for `borrower`. On the borrowing loop.
  init(of lender: PeerNetwork, for borrower: PeerLink) {
    self.lender = lender
    self.borrower = borrower
  }

  /// Whether it is well, as far as that is known.
  var isWell: Bool { !isDoubted.load(ordering: .relaxed) }

  var roundTripNanoseconds: UInt64? {
    let nanoseconds = roundTrip.load(ordering: .relaxed)
    return nanoseconds > 0 ? nanoseconds : nil
  }

  /// An exchange came to nothing there.
  func doubt() {
    isDoubted.store(true, ordering: .relaxed)
    lender.lane.post { [self] in noteState() }
  }

  // MARK: - On the lending loop

  func granted(_ connection: any PeerConnection) {
    self.connection = connection
    noteState()
  }

  /// Writes down what the borrowing loop may know of the connection.
  func noteState() {
    guard let connection else { return }
    if !isWell, connection.room > 0 {
      isDoubted.store(false, ordering: .relaxed)
      borrower.lane.post { [self] in
        if let borrowed { borrower.hasRoom(borrowed) }
      }
    }
    if let nanoseconds = connection.roundTripNanoseconds {
      roundTrip.store(nanoseconds, ordering: .relaxed)
    }
  }

  /// The connection is gone.
  func ended() {
    connection = nil
    borrower.lane.post { [self] in borrowed?.isGone() }
  }
}

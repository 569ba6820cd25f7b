// Asking another loop for the use of its connections.

import HTTPClient
import Primitives
import Runtime

/// One loop's question whether another has connections to a server, and the answer.
final class LoanRequest: @unchecked Sendable {
  // What is not constant is confined to the borrowing loop.
  private let lender: PeerNetwork
  private let server: TierTopology.Server
  private let parker: Parker
  private var hasAnswer = false
  private var standing: PeerStanding?

  /// Asks `lender`; the answer wakes `parker`.
  init(_ lender: PeerNetwork, _ server: TierTopology.Server, _ parker: Parker) {
    self.lender = lender
    self.server = server
    self.parker = parker
  }

  /// How the other loop gets on with the server. That has none of it while only one of the two has another topology.
  func ask() async throws(HTTPClientError) -> PeerStanding {
    lender.lane.post { [self] in
      let found = lender.link(to: server)?.lend()
      parker.lane.post { self.answer(found) }
    }
    let deadline = parker.loop.now + TierLimits.connectDuration
    while !hasAnswer, parker.loop.now < deadline {
      if await parker.park(until: deadline) == .cancelled { throw .cancelled }
    }
    guard let standing else { throw .notTaken }
    return standing
  }

  private func answer(_ found: PeerStanding?) {
    hasAnswer = true
    standing = found
    parker.wake()
  }
}

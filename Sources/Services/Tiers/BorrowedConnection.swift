// Connections of another loop, as the one that borrows them sees them.

import Exchange
import HTTPClient
import Primitives
import Runtime

/// Carries exchanges of its loop over whichever connection another loop has to the server.
///
/// Confined to the loop that borrows.
final class BorrowedConnection: PeerConnection, @unchecked Sendable {
  // Confined to the borrowing loop.
  private let lender: PeerNetwork
  private let standing: PeerStanding
  private let link: PeerLink
  private var exchanges = 0
  private var isOpen = true

  /// Uses what `lender` has, which gets on with the server as `standing` says, for `link`.
  init(from lender: PeerNetwork, _ standing: PeerStanding, for link: PeerLink) {
    self.lender = lender
    self.standing = standing
    self.link = link
  }

  var isOwn: Bool { false }
  var isWell: Bool { standing.isWell }
  var takesRequests: Bool { isOpen }
  /// How many of them find room at once is the other loop's business, where they wait like its own.
  var room: Int { isOpen ? max(0, TierLimits.streamsPerConnection - exchanges) : 0 }
  var roundTripNanoseconds: UInt64? { standing.roundTripNanoseconds }

  /// Sends a request, whose content is in memory if it has any, and waits on `parker` for the head of its response.
  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    guard isOpen else { throw .notTaken }
    exchanges += 1
    let exchange = BorrowedExchange(request, on: self, lane: parker.lane)
    let lent = LentExchange(request, for: exchange, to: link.server, by: lender)
    exchange.lent = lent
    lent.begin()
    return try await exchange.awaitHead(parker)
  }

  /// The lending loop measures.
  func measure() -> Bool { true }

  func drain() {
    isOpen = false
    if exchanges == 0 { link.isGone(self) }
  }

  /// An exchange has ended.
  func ended() {
    exchanges -= 1
    if isOpen { link.hasRoom(self) } else if exchanges == 0 { link.isGone(self) }
  }
}

// A connection of another loop, as the one that borrows it sees it.

import Exchange
import HTTPClient
import Primitives
import Runtime

/// Carries exchanges of its loop over a connection that another loop has.
///
/// Confined to the loop that borrows.
final class BorrowedConnection: PeerConnection, @unchecked Sendable {
  // Confined to the borrowing loop.
  private let loan: ConnectionLoan
  private let limit: Int
  private var exchanges = 0
  private var isOpen = true

  /// Uses the connection of `loan` for up to `limit` exchanges at once.
  init(_ loan: ConnectionLoan, limit: Int) {
    self.loan = loan
    self.limit = limit
    loan.borrowed = self
  }

  var isOwn: Bool { false }
  var takesRequests: Bool { isOpen }
  var room: Int { isOpen && loan.isWell ? max(0, limit - exchanges) : 0 }
  var roundTripNanoseconds: UInt64? { loan.roundTripNanoseconds }

  /// Sends a request, whose content is in memory if it has any, and waits on `parker` for the head of its response.
  func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    guard isOpen else { throw .notTaken }
    exchanges += 1
    let exchange = BorrowedExchange(request, on: self, lane: parker.lane)
    let lent = LentExchange(request, for: exchange, over: loan)
    exchange.lent = lent
    lent.begin()
    return try await exchange.awaitHead(parker)
  }

  /// The lending loop looks how long the server takes to answer, and whether it does.
  func measure() -> Bool { !isOpen || loan.isWell }

  func drain() {
    isOpen = false
    giveBackIfIdle()
  }

  /// The other loop has it no more, or does not lend it.
  func isGone() {
    guard loan.borrowed != nil else { return }
    isOpen = false
    loan.borrowed = nil
    loan.borrower.isGone(self)
  }

  /// An exchange has ended; it `isDoubtful` whether another would be better off.
  func ended(isDoubtful: Bool) {
    exchanges -= 1
    if isDoubtful { loan.doubt() }
    if isOpen { loan.borrower.hasRoom(self) } else { giveBackIfIdle() }
  }

  private func giveBackIfIdle() {
    guard exchanges == 0, loan.borrowed != nil else { return }
    isGone()
    let loan = loan
    loan.lender.lane.post { loan.lender.takeBack(loan) }
  }
}

// Asking another loop for a connection.

import HTTPClient
import Primitives
import Runtime

/// One loop's question for a connection of another's, and the answer.
final class LoanRequest: @unchecked Sendable {
  // What is not constant is confined to the borrowing loop.
  let loan: ConnectionLoan
  private let parker: Parker
  private let server: TierTopology.Server
  private var outcome: Result<Void, HTTPClientError>?

  /// The answer wakes `parker`.
  init(_ loan: ConnectionLoan, _ parker: Parker) {
    self.loan = loan
    self.parker = parker
    server = loan.borrower.server
  }

  /// Waits for the loan. The other loop always answers, within the time that it waits itself.
  func wait() async throws(HTTPClientError) {
    while outcome == nil {
      _ = await parker.park()
    }
    try outcome?.get()
  }

  /// Answers, on the lending loop.
  func serve() async {
    let answer: Result<Void, HTTPClientError>
    do throws(HTTPClientError) {
      try await loan.lender.lend(to: loan, server)
      answer = .success(())
    } catch { answer = .failure(error) }
    loan.borrower.lane.post { [self] in
      outcome = answer
      parker.wake()
    }
  }
}

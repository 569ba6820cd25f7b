// Connections for loops that have none of their own.

package import HTTPClient
import Primitives
package import Runtime

/// Uses connections of another loop, so that a server with many cores has few to each peer.
///
/// Confined to the loop that borrows.
package final class BorrowingTransport: PeerTransport, @unchecked Sendable {
  // Confined to its loop.
  private let lender: PeerNetwork
  private let exchangeLimit: Int

  /// Borrows from `lender`, another loop's of the same server.
  package init(from lender: PeerNetwork) {
    self.lender = lender
    exchangeLimit = lender.exchangeLimit
  }

  /// The other loop's connection, which that opens if it has none.
  package func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection {
    let loan = ConnectionLoan(of: lender, for: link)
    let connection = BorrowedConnection(loan, limit: exchangeLimit)
    let request = LoanRequest(loan, parker)
    lender.lane.start { await request.serve() }
    do throws(HTTPClientError) { try await request.wait() } catch {
      connection.isGone()
      throw error
    }
    // It may have ended before the answer came.
    guard connection.takesRequests else { throw .closedBeforeResponse }
    return connection
  }
}

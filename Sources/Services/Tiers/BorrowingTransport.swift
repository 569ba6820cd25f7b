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

  /// Borrows from `lender`, another loop's of the same server.
  package init(from lender: PeerNetwork) { self.lender = lender }

  /// The use of the other loop's connections, which that opens when they are needed.
  package func open(
    for link: PeerLink, parker: Parker
  ) async throws(HTTPClientError) -> any PeerConnection {
    let standing = try await LoanRequest(lender, link.server, parker).ask()
    return BorrowedConnection(from: lender, standing, for: link)
  }
}

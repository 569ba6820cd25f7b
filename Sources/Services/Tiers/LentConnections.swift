// What a loop's connections carry for other loops.

import HTTPClient
import Primitives
import Runtime

/// The connections to one server that other loops use as well. Confined to the loop that has them.
struct LentConnections {
  private var loans: [ConnectionLoan] = []

  /// Lends `connection` to another loop.
  mutating func lend(_ connection: any PeerConnection, to loan: ConnectionLoan) {
    loan.granted(connection)
    loans.append(loan)
  }

  /// Something has come on `connection`, or an exchange has ended there.
  func hasRoom(_ connection: any PeerConnection) {
    for loan in loans where loan.connection === connection { loan.noteState() }
  }

  /// `connection` is gone.
  mutating func isGone(_ connection: any PeerConnection) {
    loans.removeAll { loan in
      guard loan.connection === connection else { return false }
      loan.ended()
      return true
    }
  }

  /// The other loop wants it no more.
  mutating func takeBack(_ loan: ConnectionLoan) { loans.removeAll { $0 === loan } }
}

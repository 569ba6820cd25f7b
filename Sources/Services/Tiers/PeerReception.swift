// What becomes of what a peer sends.

package import HTTP

/// How a server takes a request of a peer: rules without state, for the gate and for simulations. Whether a request
/// of a client that a peer passes on would wait for itself is told by `PeerNetwork.admit`.
package enum PeerReception: Sendable {
  /// A message to this server.
  case message(PeerMessage.Subject, from: String)
  /// A request of a client.
  case request(PeerField)
  case refused(Refusal)

  /// Why it is not taken.
  package enum Refusal: Sendable, CaseIterable {
    /// It does not say who it is.
    case anonymous
    /// It says that it is one whom its certificate or the topology does not know.
    case impostor
    /// No message has that name.
    case noMessage
    /// Purges that were missed are being fetched.
    case notCurrent
  }

  /// Judges `request`, which came to the server of that name. `isCertified` tells whether the sender's certificate
  /// names somebody; `isCurrent` says that this server has all purges.
  package init(
    _ request: borrowing RequestHead, to ownName: String, in topology: TierTopology,
    isCurrent: Bool, isCertified: (String) -> Bool
  ) {
    let read = request.fields.withFirst(.skerryPeer) { PeerField($0) } ?? nil
    guard let field = read, let last = field.hops.last else {
      self = .refused(.anonymous)
      return
    }
    let sender = String(decoding: last, as: UTF8.self)
    guard isCertified(sender), topology.server(named: sender) != nil else {
      self = .refused(.impostor)
      return
    }
    guard request.authority == Array(ownName.utf8) else {
      self = isCurrent ? .request(field) : .refused(.notCurrent)
      return
    }
    let path = String(decoding: request.path, as: UTF8.self)
    if request.method == .post, let subject = PeerMessage.Subject(rawValue: path) {
      self = .message(subject, from: sender)
    } else {
      self = .refused(.noMessage)
    }
  }
}

// What a server tells another, beside requests of clients.

/// A message from a server of the fleet. Its authority is the name of the server that gets it.
package struct PeerMessage: Sendable {
  /// What it is about.
  package enum Subject: String, CaseIterable, Sendable {
    /// A purge: the content says of what.
    case purge = "/purge"
    /// The sender is back, and asks for the purges that it missed.
    case owed = "/owed"
    /// How far the sender is from origins: a `NearnessMessage`.
    case nearness = "/nearness"
  }

  package let subject: Subject
  /// The server that sent it.
  package let sender: String
  package let content: [UInt8]

  package init(_ subject: Subject, from sender: String, _ content: [UInt8] = []) {
    self.subject = subject
    self.sender = sender
    self.content = content
  }

  /// Who takes messages: says whether it did.
  package typealias Receiver = @Sendable (PeerMessage) async -> Bool
}

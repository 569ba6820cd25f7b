// What a server tells another, beside requests of clients.

/// A message from a server of the fleet. Its authority is the name of the server that gets it.
package struct PeerMessage: Sendable {
  /// What it is about.
  package enum Subject: String, CaseIterable, Sendable {
    /// A purge that the sender owes: the content says of what.
    case purge = "/purge"
    /// A purge that not all servers have made yet: its number and of what (`NumberedPurge`).
    case purgeBegins = "/purge-begins"
    /// All have made the purge of that number.
    case purgeEnds = "/purge-ends"
    /// The sender is back, and asks for the purges that it missed.
    case owed = "/owed"
    /// How far the sender is from origins: a `NearnessMessage`.
    case nearness = "/nearness"
    /// Which topology the sender has: its fingerprint.
    case topology = "/topology"
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

// What giving purges to all servers needs of this one.

/// This server as purges see it: how it reaches others, what it keeps for them, and how it makes a purge
/// itself. From any thread.
package protocol PurgeDesk: AnyObject, Sendable {
  /// Who this server asks, by now; nil if it is no fleet's.
  var purgeRoute: TierRoute? { get }

  /// A purge of everything, as text, for a server that the topology had no more and has again: who asks it then
  /// finds it empty, so that those below it need no purge.
  var purgeOfReturned: [UInt8] { get }

  /// Tells a server something; false if it has not done that, and at once where it is known to be away unless
  /// there `isHope`.
  func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> Bool

  /// A purge, of that number, which `server` gives to all, begins: from now until `end` what comes from others
  /// counts as from before it. False if that can't be kept. From any thread.
  func begin(_ number: UInt64, of server: String) -> Bool

  /// All have made that purge. False if that was not waited for any more.
  func end(_ number: UInt64, of server: String) -> Bool

  /// Makes a purge that another server told of here; false if it was not made.
  func purge(_ text: [UInt8]) async -> Bool

  /// Keeps a purge for servers that could not be reached; false if it could not be kept.
  func owe(_ text: [UInt8], to servers: [String]) async -> Bool

  /// The first purges that a server is owed, in order; nil if that can't be read.
  func owed(to server: String) async -> [OwedPurge]?

  /// A server has got what it was owed under those numbers; false if that could not be noted.
  func settled(_ server: String, _ numbers: [UInt64]) async -> Bool

  /// Keeps the names of all servers of the fleet in place of those that were kept before, which it returns: none at
  /// first; nil if they can't be kept.
  func replaceNames(_ names: [String]) async -> [String]?

  /// The servers that are owed something.
  func owedServers() async -> [String]
}

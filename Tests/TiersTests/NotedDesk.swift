// A server's purges, written down.

import Primitives
import Runtime

@testable import Tiers

/// A desk that notes what it is asked for. Confined to the loop of its lane.
final class NotedDesk: PurgeDesk, @unchecked Sendable {
  // Confined to the loop of its lane.
  private var route: TierRoute
  private let lane: Lane
  /// What is told, in order.
  private(set) var told: [(server: String, subject: PeerMessage.Subject, content: [UInt8])] = []
  private(set) var purged: [[UInt8]] = []
  private(set) var owed: [String] = []
  /// What a server is owed, for ever.
  var owes: [OwedPurge] = []
  /// Purges under way: the server that gives each, and its number.
  private(set) var begun: Set<String> = []
  /// What is not done.
  var failing: [(server: String, subject: PeerMessage.Subject)] = []
  /// The route once something was told.
  var nextRoute: TierRoute?
  /// Its own purge takes too long.
  var forgetsOwn = false

  init(_ route: TierRoute, on lane: Lane) {
    self.route = route
    self.lane = lane
  }

  var purgeRoute: TierRoute? { route }
  var purgeOfReturned: [UInt8] { Array("returned".utf8) }

  func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> Bool {
    told.append((server, subject, content))
    _ = await Parker(on: lane).park(until: lane.loop.now + .milliseconds(10))
    if let nextRoute { route = nextRoute }
    return !failing.contains { $0.server == server && $0.subject == subject }
  }

  func begin(_ number: UInt64, of server: String) -> Bool {
    begun.insert("\(server) \(number)").inserted
  }

  func end(_ number: UInt64, of server: String) -> Bool {
    begun.remove("\(server) \(number)") != nil && !(forgetsOwn && server == route.ownName)
  }

  func purge(_ text: [UInt8]) async -> Bool {
    purged.append(text)
    return true
  }

  func owe(_ text: [UInt8], to servers: [String]) async -> Bool {
    owed += servers
    return true
  }

  func owed(to server: String) async -> [OwedPurge]? { owes }
  /// The disk is full.
  func settled(_ server: String, _ numbers: [UInt64]) async -> Bool { false }
  func replaceNames(_ names: [String]) async -> [String]? { names }
  func owedServers() async -> [String] { owes.isEmpty ? [] : ["r0-0"] }
}

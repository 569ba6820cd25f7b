// Purges of a simulated server.

import Cache
import Primitives
import Runtime
import Tiers

/// A server as its purges see it, from one start of it to its end. Confined to its loop.
final class SimulatedDesk: PurgeDesk, @unchecked Sendable {
  // Confined to its loop.
  private let server: SimulatedServer
  private let life: Int
  private let network: PeerNetwork
  /// The number of the last purge that was kept for others.
  private(set) var owedNumber: UInt64?
  /// It is for one purge, which is kept under one number.
  private let isForOne: Bool

  init(_ server: SimulatedServer, isForOne: Bool = false) {
    self.server = server
    self.isForOne = isForOne
    life = server.life
    network = server.network
  }

  /// The process is still the one that this was made in.
  var isLive: Bool { server.isUp && server.life == life }

  var purgeOfReturned: [UInt8] { Array("returned".utf8) }

  var purgeRoute: TierRoute? { isLive ? server.route : nil }

  func tell(
    _ server: String, _ subject: PeerMessage.Subject, _ content: [UInt8], isHope: Bool
  ) async -> Bool {
    guard isLive, let position = network.route.topology.server(named: server) else { return false }
    let isDone = await network.lane.run { [self] in
      await network.tell(position, subject, content, isHope: isHope)
    }
    return isLive && isDone
  }

  func begin(_ number: UInt64, of server: String) -> Bool {
    isLive
      && self.server.cache.purgesUnderWay.begin(
        "\(server) \(number)", at: self.server.world.now,
        until: self.server.world.now + TierLimits.purgeDuration)
  }

  func end(_ number: UInt64, of server: String) -> Bool {
    isLive
      && self.server.cache.purgesUnderWay.end("\(server) \(number)", at: self.server.world.now)
  }

  func purge(_ text: [UInt8]) async -> Bool {
    guard isLive else { return false }
    server.apply(SimulatedWorld.object(text))
    return true
  }

  func owe(_ text: [UInt8], to servers: [String]) async -> Bool {
    guard isLive else { return false }
    owedNumber = server.owe(text, to: servers, under: isForOne ? owedNumber : nil)
    return true
  }

  func owed(to server: String) async -> [OwedPurge]? {
    isLive ? self.server.ledger.filter { $0.server == server }.map(\.purge) : nil
  }

  func settled(_ server: String, _ numbers: [UInt64]) async -> Bool {
    guard isLive else { return false }
    for entry in self.server.ledger
    where entry.server == server && numbers.contains(entry.purge.number) {
      self.server.world.gaveAgain(SimulatedWorld.object(entry.purge.text))
    }
    self.server.ledger.removeAll { $0.server == server && numbers.contains($0.purge.number) }
    for number in numbers where self.server.ledger.allSatisfy({ $0.purge.number != number }) {
      self.server.world.settled(number, by: self.server)
    }
    return true
  }

  func replaceNames(_ names: [String]) async -> [String]? { names }

  func owedServers() async -> [String] {
    isLive ? Array(Set(server.ledger.map(\.server))).sorted() : []
  }
}

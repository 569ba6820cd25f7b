// Which servers have a key.

import Primitives

/// Servers in the order in which they are asked for a key: rendezvous hashing (Thaler and Ravishankar,
/// 1998), where each server has a hash of its own for the key and the highest goes first. Where a server
/// goes or comes, only the keys move that were or become its own.
package struct ServerRanking: Sendable {
  /// Hashes of the servers' names: where a server stands in a file says nothing.
  private let hashes: [UInt64]
  private let weights: [Int]
  /// The servers that have keys, as positions in the topology.
  package let servers: [Int]
  /// These and those that are drained.
  let members: Set<Int>

  /// A ranking of the servers at `positions` but for those that are drained, of which all have no keys, unless all are.
  package init(_ positions: [Int], of topology: TierTopology) {
    let serving = positions.filter { !topology.servers[$0].isDraining }
    members = Set(positions)
    let positions = serving.isEmpty ? positions : serving
    servers = positions
    hashes = positions.map { Self.names.hash(Array(topology.servers[$0].name.utf8).span) }
    weights = positions.map { topology.servers[$0].weight }
  }

  /// The same on every server.
  private static let names = KeyedHash(key0: 0x736b_6572_7279, key1: 0x7469_6572)
  private static let keys = KeyedHash(key0: 0x736b_6572_7279, key1: 0x6b65_79)

  /// The hash of a target: its authority, its path, and its parameters in whatever order, since a zone may say
  /// that this means nothing.
  package static func hash(_ authority: [UInt8], _ path: [UInt8]) -> UInt64 {
    let host = keys.hash(authority.span)
    let query = path.firstIndex(of: 0x3f) ?? path.count
    var hash = keys.mixed(host, 0).hash(path.span.extracting(0..<query))
    var start = query + 1
    while start < path.count {
      let end = path[start...].firstIndex(of: 0x26) ?? path.count
      hash &+= keys.mixed(host, 1).hash(path.span.extracting(start..<end))
      start = end + 1
    }
    return hash
  }

  /// As without a condition; where it holds for none of those, the best of all for which it does, if there are such.
  func order(for key: UInt64, preferring isWell: (Int) -> Bool) -> [Int] {
    let order = order(for: key)
    if servers.count <= TierLimits.ranked || order.contains(where: isWell) { return order }
    let others = self.order(for: key, where: isWell)
    return others.isEmpty ? order : others
  }

  /// The servers for a key of that hash for which a condition holds, best first: at most `TierLimits.ranked`.
  package func order(for key: UInt64, where isMeant: (Int) -> Bool = { _ in true }) -> [Int] {
    var best: [(score: UInt64, server: Int)] = []
    for index in servers.indices where isMeant(servers[index]) {
      let score = score(index, key)
      guard best.count < TierLimits.ranked || score > best[best.count - 1].score else { continue }
      let place = best.firstIndex { $0.score < score } ?? best.count
      best.insert((score, servers[index]), at: place)
      if best.count > TierLimits.ranked { best.removeLast() }
    }
    return best.map(\.server)
  }

  /// The highest of as many hashes as the server has shares: so it is the highest of all as often as its
  /// weight says.
  private func score(_ index: Int, _ key: UInt64) -> UInt64 {
    var score: UInt64 = 0
    for share in 0..<UInt64(weights[index]) {
      score = max(score, Self.mix(key ^ hashes[index] &+ share &* 0x9e37_79b9_7f4a_7c15))
    }
    return score
  }

  /// SplitMix64's finaliser (Steele, Lea and Flood, 2014).
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

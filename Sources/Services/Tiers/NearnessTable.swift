// Who is how far from which origin.

import Primitives

/// The round trips of servers of the upper tier to zones' origins, as they told them. Each server tells its own
/// only when it has changed by more than a fifth, and all choose from what was told, without regard to what they
/// chose before: so they come to the same, also one that starts later.
struct NearnessTable: Sendable {
  /// What is known of one zone.
  private struct Zone: Sendable {
    /// What this server's loops measured.
    var measured: [Int: UInt64] = [:]
    /// What servers told last, by name; this one's own too.
    var told: [String: UInt64] = [:]
    /// When something was measured or told last, by the count of that.
    var touched: UInt64 = 0
  }

  private let own: String
  private var zones: [String: Zone] = [:]
  private var touches: UInt64 = 0
  /// Zones of which this server has something new to tell.
  private var news: Set<String> = []
  /// Servers that were told all that there was.
  private var informed: Set<String> = []
  /// Servers that have told something.
  private var heard: Set<String> = []

  /// The table of the server of that name.
  init(own: String) { self.own = own }

  // MARK: - Learning

  /// One of this server's loops has measured that; true if it changes what is told.
  mutating func measured(_ nanoseconds: UInt64, of zone: String, by loop: Int) -> Bool {
    var entry = entry(zone)
    entry.measured[loop] = max(nanoseconds, TierLimits.leastOriginNanoseconds)
    let least = entry.measured.values.min() ?? nanoseconds
    defer { zones[zone] = entry }
    if let told = entry.told[own], !Self.differs(least, from: told) { return false }
    entry.told[own] = least
    news.insert(zone)
    return true
  }

  private static func differs(_ now: UInt64, from told: UInt64) -> Bool {
    now < told / 100 * (100 - TierLimits.changedPercent)
      || now > told / 100 * (100 + TierLimits.changedPercent)
  }

  /// A server has told that.
  mutating func heard(_ message: NearnessMessage, from server: String) {
    heard.insert(server)
    if message.asksBack { informed.remove(server) }
    for (zone, nanoseconds) in message.zones {
      var entry = entry(zone)
      entry.told[server] = max(nanoseconds, TierLimits.leastOriginNanoseconds)
      zones[zone] = entry
    }
  }

  /// What is known of a zone, of which something new is known. Makes room if there is none: half of all zones go, of
  /// which nothing has been heard for longest.
  private mutating func entry(_ zone: String) -> Zone {
    var entry = zones[zone] ?? Zone()
    if zones[zone] == nil, zones.count >= TierLimits.measuredZones {
      let middle = zones.values.map(\.touched).sorted()[zones.count / 2]
      zones = zones.filter { $0.value.touched > middle }
    }
    touches += 1
    entry.touched = touches
    return entry
  }

  // MARK: - Telling

  /// What is to be told to each of `servers` now; each hears all of it once, and then what is new.
  mutating func takeMessages(for servers: [String]) -> [(server: String, [NearnessMessage])] {
    let fresh = messages(news)
    news = []
    return servers.compactMap { server in
      guard informed.insert(server).inserted else {
        return fresh.isEmpty ? nil : (server, fresh)
      }
      var all = messages(Set(zones.keys))
      if all.isEmpty { all = [NearnessMessage(asksBack: false, zones: [:])] }
      all[0].asksBack = !heard.contains(server)
      return (server, all)
    }
  }

  /// A server could not be told.
  mutating func missed(_ server: String) { informed.remove(server) }

  private func messages(_ names: Set<String>) -> [NearnessMessage] {
    var messages: [NearnessMessage] = []
    for name in names.sorted() {
      guard let nanoseconds = zones[name]?.told[own] else { continue }
      if messages.last.map({ $0.zones.count == TierLimits.zonesPerMessage }) ?? true {
        messages.append(NearnessMessage(asksBack: false, zones: [:]))
      }
      messages[messages.count - 1].zones[name] = nanoseconds
    }
    return messages
  }

  // MARK: - Choosing

  /// How far the PoPs of the upper tier are from a zone's origin, nearest first: what is the same to all, by a
  /// hash, so that zones are spread. PoPs whose servers told nothing, or get no requests, are not among them.
  func distances(
    of zone: String, in topology: TierTopology
  ) -> [(pop: Int, nanoseconds: UInt64)] {
    var pops: [Int: UInt64] = [:]
    for (name, nanoseconds) in zones[zone]?.told ?? [:] {
      guard let position = topology.server(named: name), topology.tier(of: position) == .upper,
        !topology.servers[position].isDraining
      else { continue }
      let pop = topology.servers[position].pop
      pops[pop] = min(pops[pop] ?? nanoseconds, nanoseconds)
    }
    func rank(_ pop: Int) -> UInt64 {
      ServerRanking.hash(Array(zone.utf8), Array(topology.pops[pop].name.utf8))
    }
    return pops.map { (pop: $0.key, nanoseconds: $0.value) }.sorted {
      ($0.nanoseconds, rank($0.pop)) < ($1.nanoseconds, rank($1.pop))
    }
  }
}

// Who is how far from which origin.

import Primitives

/// The round trips of servers of the upper tier to zones' origins, as they told them. Each server tells its own
/// only when it has changed by more than a fifth, and all choose from what was told, without regard to what they
/// chose before: so they come to the same, also one that starts later.
struct NearnessTable: Sendable {
  /// A way to an origin, and when that was measured or told.
  private struct Way: Sendable {
    let nanoseconds: UInt64
    let at: Instant

    /// It says nothing any more: whoever measured it has not since.
    func isOld(_ now: Instant) -> Bool { now >= at + TierLimits.originMemory }
  }

  /// What is known of one zone.
  private struct Zone: Sendable {
    /// What this server's loops measured.
    var measured: [Int: Way] = [:]
    /// What servers told last, by name; this one's own too.
    var told: [String: Way] = [:]
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
  /// Servers that asked for all of it.
  private var askers: Set<String> = []

  /// The table of the server of that name.
  init(own: String) { self.own = own }

  // MARK: - Learning

  /// One of this server's loops has measured that; true if it changes what is told.
  mutating func measured(
    _ nanoseconds: UInt64, of zone: String, by loop: Int, at now: Instant
  ) -> Bool {
    var entry = entry(zone)
    entry.measured[loop] = Way(
      nanoseconds: max(nanoseconds, TierLimits.leastOriginNanoseconds), at: now)
    let least = entry.measured.values.filter { !$0.isOld(now) }.map(\.nanoseconds).min()
    defer { zones[zone] = entry }
    guard let least else { return false }
    let told = entry.told[own]
    let isNew = told.map { $0.isOld(now) || Self.differs(least, from: $0.nanoseconds) } ?? true
    guard isNew || told.map({ now >= $0.at + TierLimits.originMeasuringInterval }) ?? true else {
      return false
    }
    // What has not changed much stays as it was told: others choose by that.
    entry.told[own] = Way(nanoseconds: isNew ? least : told?.nanoseconds ?? least, at: now)
    news.insert(zone)
    return isNew
  }

  private static func differs(_ now: UInt64, from told: UInt64) -> Bool {
    now < told / 100 * (100 - TierLimits.changedPercent)
      || now > told / 100 * (100 + TierLimits.changedPercent)
  }

  /// A server has told that.
  mutating func heard(_ message: NearnessMessage, from server: String, at now: Instant) {
    if message.asksBack {
      informed.remove(server)
      askers.insert(server)
    }
    for (zone, nanoseconds) in message.zones {
      var entry = entry(zone)
      entry.told[server] = Way(
        nanoseconds: max(nanoseconds, TierLimits.leastOriginNanoseconds), at: now)
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
    var all: [NearnessMessage]?
    return servers.compactMap { server in
      guard informed.insert(server).inserted else {
        return fresh.isEmpty ? nil : (server, fresh)
      }
      var messages = all ?? self.messages(Set(zones.keys))
      all = messages
      if messages.isEmpty { messages = [NearnessMessage(asksBack: false, zones: [:])] }
      // Who asked knows what it told.
      messages[0].asksBack = askers.remove(server) == nil
      return (server, messages)
    }
  }

  /// A server could not be told.
  mutating func missed(_ server: String) { informed.remove(server) }

  private func messages(_ names: Set<String>) -> [NearnessMessage] {
    var messages: [NearnessMessage] = []
    for name in names.sorted() {
      guard let nanoseconds = zones[name]?.told[own]?.nanoseconds else { continue }
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
    of zone: String, in topology: TierTopology, at now: Instant
  ) -> [(pop: Int, nanoseconds: UInt64)] {
    var pops: [Int: UInt64] = [:]
    for (name, way) in zones[zone]?.told ?? [:] where !way.isOld(now) {
      guard let position = topology.server(named: name), topology.tier(of: position) == .upper,
        !topology.servers[position].isDraining
      else { continue }
      let pop = topology.servers[position].pop
      pops[pop] = min(pops[pop] ?? way.nanoseconds, way.nanoseconds)
    }
    func rank(_ pop: Int) -> UInt64 {
      ServerRanking.hash(Array(zone.utf8), Array(topology.pops[pop].name.utf8))
    }
    return pops.map { (pop: $0.key, nanoseconds: $0.value) }.sorted {
      ($0.nanoseconds, rank($0.pop)) < ($1.nanoseconds, rank($1.pop))
    }
  }
}

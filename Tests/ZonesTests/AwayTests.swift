// An edge that missed changes and purges, and what the log tells it.

import HTTP
import Primitives
import Storage
import Testing

@testable import Cache
@testable import Zones

/// What an edge has of some zones: responses that were stored at some time, and the purges that it knows.
private struct AwayEdge {
  private var zones: [ZoneID: CacheZone] = [:]
  /// The number of the last change that it knows.
  var last: UInt64 = 0

  /// A response of a zone, by its path.
  struct Response: Hashable {
    let zone: ZoneID
    let host: String
    let path: String
    let tag: String
    /// The latest purge when its fetch began.
    let sequence: UInt64

    var key: [UInt8] {
      CacheKey.bytes(
        zone: zone, scheme: .https, authority: Array(host.utf8), path: Array(path.utf8))
    }
  }

  /// Reads everything anew.
  init(_ store: ZoneStore, zones ids: [ZoneID]) throws {
    last = try store.sequence()
    for id in ids {
      let zone = CacheZone(id: id) { _ in }
      zone.load(
        try store.purges(of: id), wallTime: WallTime(seconds: 1_000_000),
        at: Self.instant(1_000_000))
      zones[id] = zone
    }
  }

  static func instant(_ seconds: Int64) -> Instant {
    Instant(nanoseconds: UInt64(seconds) * 1_000_000_000)
  }

  /// Puts lines of the log into force, in their order.
  mutating func apply(_ changes: [ZoneChangeRecord]) {
    for record in changes {
      #expect(record.sequence == last + 1)
      last = record.sequence
      guard let purge = record.purge else { continue }
      zones[record.zone]?.apply(
        purge, sequence: record.sequence, at: Self.instant(purge.time.seconds))
    }
  }

  /// It was away for too long: nothing that it has may be used.
  mutating func voidAll(at sequence: UInt64) {
    last = sequence
    for zone in zones.values {
      let everything = Purge(isEverything: true, time: WallTime(seconds: 0))
      zone.apply(everything, sequence: sequence, at: Self.instant(1))
    }
  }

  func verdict(_ response: Response) -> PurgeVerdict? {
    zones[response.zone]?.verdict(
      since: response.sequence, key: response.key,
      tags: [PurgeHash.tag(Array(response.tag.utf8).span)])
  }
}

/// Changes, purges and responses by chance.
private struct AwayScript {
  var random: SplitMix64
  var time: Int64 = 1_000
  /// Kinds of purges that were made, with a plus if they were soft.
  var kinds: Set<String> = []
  static let ids = (1...3).map { Samples.id($0) }

  func hosts(_ number: Int) -> [String] {
    ["zone-\(number).example", "www.zone-\(number).example"]
  }

  mutating func response(at sequence: UInt64) -> AwayEdge.Response {
    let number = Int.random(in: 1...3, using: &random)
    return AwayEdge.Response(
      zone: Samples.id(number), host: hosts(number)[Int.random(in: 0..<2, using: &random)],
      path: "/\(pick(4))/\(pick(10))", tag: "t\(pick(6))", sequence: sequence)
  }

  /// One change of a zone or a purge.
  mutating func change(_ store: ZoneStore) throws -> AppliedChanges {
    let number = Int.random(in: 1...3, using: &random)
    time += Int64(pick(100))
    if pick(3) > 0 { return try store.purge(Samples.id(number), purge(number)).changes }
    switch pick(8) {
    case 0:
      let removed = try store.apply([.remove(Samples.id(number))])
      let added = try store.apply([.put(Samples.zone(number))])
      return AppliedChanges(sequence: added.sequence, changes: removed.changes + added.changes)
    case 1:
      var zone = Samples.zone(number, revision: pick(100))
      zone.hostnames.remove(at: 1)
      return try store.apply([.put(zone)])
    case 2:
      var zone = Samples.zone(number, revision: pick(100))
      zone.cache.settings.key.sortsQuery = pick(2) == 0
      return try store.apply([.put(zone)])
    default: return try store.apply([.put(Samples.zone(number, revision: pick(100)))])
    }
  }

  private mutating func purge(_ number: Int) -> Purge {
    var purge = Purge(isSoft: pick(2) == 0, time: WallTime(seconds: time))
    let host = hosts(number)[pick(2)]
    let path = "/\(pick(4))/\(pick(10))"
    let kind: String
    switch pick(20) {
    case 0: (kind, purge.isEverything) = ("everything", true)
    case 1: (kind, purge.items) = ("host", [.host(PurgeHash.host(Array(host.utf8).span))])
    case 2..<5: (kind, purge.items) = ("prefix", [.prefix(Array((host + path.dropLast(2)).utf8))])
    case 5..<9: (kind, purge.items) = ("tag", [.tag(PurgeHash.tag(Array("t\(pick(6))".utf8).span))])
    default:
      (kind, purge.items) = ("url", [.target(PurgeHash.target(Array((host + path).utf8).span))])
    }
    kinds.insert(purge.isSoft ? kind + "+" : kind)
    return purge
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}

@Suite struct AwayTests {
  private static func open(_ directory: TemporaryDirectory, kept: Int = 100_000) throws -> ZoneStore
  {
    let environment = try StorageEnvironment(
      directory.file("zones"), StorageConfiguration(tables: ZoneStore.Tables.names))
    return ZoneStore(
      environment, Samples.anyCertificate, purgesPerGeneration: CacheLimits.purges / 2,
      changesKept: kept)
  }

  @Test(arguments: UInt64(0)..<5)
  func `the log suffices for an edge that was away: nothing void is used, and nothing else is lost`(
    seed: UInt64
  ) throws {
    let directory = try TemporaryDirectory()
    var store = try Self.open(directory)
    try store.apply((1...3).map { .put(Samples.zone($0)) })
    var script = AwayScript(random: SplitMix64(seed: seed))
    var (present, away) = (
      try AwayEdge(store, zones: AwayScript.ids), try AwayEdge(store, zones: AwayScript.ids)
    )
    var met: [String: Int] = [:]
    for round in 0..<40 {
      // Both have these; the one goes away, the other hears of every change at once.
      let responses = (0..<200).map { _ in script.response(at: present.last) }
      for _ in 0..<Int.random(in: 0...30, using: &script.random) {
        present.apply(try script.change(store).changes)
      }
      if round.isMultiple(of: 4) {
        // The store's process ends meanwhile.
        store.close()
        store = try Self.open(directory)
      }
      let anew = try AwayEdge(store, zones: AwayScript.ids)
      while away.last < present.last {
        away.apply(try #require(try store.changes(after: away.last, limit: 7)))
      }
      #expect(try store.changes(after: away.last) == [])
      for response in responses {
        let verdict = try #require(present.verdict(response))
        met["\(verdict)".prefix { $0 != "(" }.description, default: 0] += 1
        #expect(away.verdict(response) == verdict, "\(response)")
        #expect(anew.verdict(response) == verdict, "\(response), of one that read everything anew")
      }
    }
    #expect(["current", "stale", "void"].allSatisfy { met[$0, default: 0] > 100 }, "\(met)")
    #expect(script.kinds.count == 10, "\(script.kinds)")
    store.close()
  }

  @Test
  func `an edge that was away for longer than the log reaches back is told so, and voids all`()
    throws
  {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory, kept: 20)
    defer { store.close() }
    try store.apply((1...3).map { .put(Samples.zone($0)) })
    var script = AwayScript(random: SplitMix64(seed: 9))
    var away = try AwayEdge(store, zones: AwayScript.ids)
    let before = (0..<50).map { _ in script.response(at: away.last) }
    for number in UInt64(0)..<30 {
      _ = try store.purge(Samples.id(1), Purge(items: [.tag(number)], time: WallTime(seconds: 1)))
    }
    #expect(try store.changes(after: away.last) == nil)
    away.voidAll(at: try store.sequence())
    #expect(before.allSatisfy { away.verdict($0) == .void })
    let after = (0..<50).map { _ in script.response(at: away.last) }
    #expect(after.allSatisfy { away.verdict($0) == .current })
    // From there on the log is enough again.
    let changes = try script.change(store).changes
    #expect(try store.changes(after: away.last) == changes)
  }
}

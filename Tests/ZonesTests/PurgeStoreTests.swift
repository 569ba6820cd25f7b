// Purges in the store of zones.

import Cache
import Glibc
import Primitives
import Storage
import Testing

@testable import Zones

@Suite struct PurgeStoreTests {
  let directory: TemporaryDirectory
  let store: ZoneStore
  let zone = Samples.id(1)

  init() throws {
    directory = try TemporaryDirectory()
    store = try Self.open(directory)
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2))])
  }

  private static func open(_ directory: TemporaryDirectory) throws -> ZoneStore {
    try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  private static func purge(
    _ items: [PurgeItem], isSoft: Bool = false, time: Int64 = 1_000
  ) -> Purge {
    Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: WallTime(seconds: time))
  }

  /// Rows that purges have in the store.
  private func rows() throws -> Int {
    try store.environment.read { state throws(StorageError) in
      try state.count(of: store.tables.purges)
    }
  }

  @Test func `a purge has a number among the changes, and its line of the log says all of it`()
    throws
  {
    let items: [PurgeItem] = [
      .target(.max), .tag(0), .host(1 << 63), .prefix(Array("a.test/ä\0".utf8)),
    ]
    let first = try store.purge(zone, Self.purge(items, isSoft: true))
    #expect(
      first.changes.sequence == 3 && first.kept == 4 && first.voidBefore == nil
        && first.staleBefore == nil)
    try store.apply([.put(Samples.zone(2, revision: 2))])
    let second = try store.purge(zone, Self.purge([]))
    #expect(second.changes.sequence == 5 && second.kept == 0)
    let changes = try #require(try store.changes(after: 2))
    #expect(changes.map(\.kind) == [.purged, .changed, .purged])
    #expect(changes[0].purge == Self.purge(items, isSoft: true))
    #expect(changes[0].name == "zone-1.example" && changes[0].zone == zone)
    #expect(changes[2].purge == Self.purge([]))
    #expect(changes == first.changes.changes + [changes[1]] + second.changes.changes)
  }

  @Test func `what is kept is the latest hard and soft purge of each thing, also after a restart`()
    throws
  {
    let (tag, prefix) = (PurgeItem.tag(7), PurgeItem.prefix(Array("a.test/x".utf8)))
    _ = try store.purge(zone, Self.purge([tag, prefix]))
    _ = try store.purge(zone, Self.purge([tag], isSoft: true, time: 2_000))
    _ = try store.purge(zone, Self.purge([tag]))
    store.close()
    let again = try Self.open(directory)
    let stored = try again.purges(of: zone)
    #expect(stored.sequence == 5)
    #expect(stored.young.map(\.hash) == [7])
    #expect(
      stored.young[0].mark
        == StoredPurges.Mark(hard: 5, soft: 4, softTime: WallTime(seconds: 2_000)))
    #expect(stored.prefixes.map(\.bytes) == [Array("a.test/x".utf8)])
    #expect(stored.prefixes[0].mark.hard == 3)
    #expect(try again.purges(of: Samples.id(2)).sequence == 0)
    again.close()
  }

  @Test func `a purge of everything takes the place of all others`() throws {
    _ = try store.purge(zone, Self.purge((0..<100).map { .tag($0) }))
    _ = try store.purge(Samples.id(2), Self.purge([.tag(1)]))
    _ = try store.purge(zone, Self.purge([], isSoft: true))
    #expect(try store.purges(of: zone).young.count == 100)
    _ = try store.purge(zone, Self.purge([]))
    let stored = try store.purges(of: zone)
    #expect(stored.young.isEmpty && stored.floor.hard == 7 && stored.floor.soft == 6)
    #expect(try store.purges(of: Samples.id(2)).young.count == 1)
  }

  @Test func `a large purge takes several lines of the log, made as one`() throws {
    let items = (0..<UInt64(130)).map { PurgeItem.target($0) }
    let prefixes = (0..<5).map { PurgeItem.prefix([UInt8](repeating: UInt8($0), count: 500)) }
    let applied = try store.purge(zone, Self.purge(items + prefixes))
    #expect(applied.changes.changes.map { $0.purge?.items.count } == [64, 64, 4, 2, 1])
    #expect(applied.changes.sequence == 7 && applied.kept == 135)
    #expect(applied.changes.changes.flatMap { $0.purge?.items ?? [] } == items + prefixes)
  }

  @Test func `with too many prefixes the older half counts for everything`() throws {
    var folded: [UInt64] = []
    for number in 0..<300 {
      let applied = try store.purge(
        zone, Self.purge([.prefix(Array("a.test/\(number)/".utf8))]))
      if let floor = applied.voidBefore { folded.append(floor) }
      #expect(applied.kept <= CacheLimits.purgePrefixes)
    }
    #expect(folded == [130])
    let stored = try store.purges(of: zone)
    #expect(stored.floor.hard == 130 && stored.sequence == 302)
    #expect(stored.prefixes.count == 300 - 128)
    #expect(stored.prefixes.allSatisfy { $0.mark.hard > 130 })
  }

  @Test func `there is nothing to purge of a zone that is not there`() throws {
    #expect(throws: ZoneStoreError.self) {
      _ = try store.purge(Samples.id(9), Self.purge([]))
    }
    #expect(try store.sequence() == 2)
  }

  @Test func `what was stored of a removed zone is void if the zone comes back`() throws {
    _ = try store.purge(zone, Self.purge([.tag(1)]))
    try store.apply([.remove(zone)])
    #expect(try rows() == 0, "nothing is left of it")
    let added = try store.apply([.put(Samples.zone(1))])
    let stored = try store.purges(of: zone)
    #expect(stored.young.isEmpty && stored.floor.hard == added.sequence)
    #expect(stored.sequence == added.sequence)
    #expect(added.changes.map(\.purge?.isEverything) == [true])
    #expect(try store.changes(after: added.sequence - 1) == added.changes)
  }

  @Test func `a removed zone with very many purges is forgotten piece by piece`() throws {
    let count = UInt64(ZonesLimits.purgeRowsRemoved * 2 + 100)
    for first in stride(from: 0, to: count, by: 1_000) {
      _ = try store.purge(zone, Self.purge((first..<min(first + 1_000, count)).map { .tag($0) }))
    }
    _ = try store.purge(Samples.id(2), Self.purge([.tag(1)]))
    #expect(try store.sweepPurges() == false, "nothing was removed")
    try store.apply([.remove(zone)])
    #expect(try rows() > ZonesLimits.purgeRowsRemoved, "not all at once")
    var pieces = 0
    while try store.sweepPurges() { pieces += 1 }
    #expect(pieces == 2)
    #expect(try rows() == 2, "what the other zone has")
  }

  @Test func `what is left of a removed zone counts for nothing if it comes back`() throws {
    let count = UInt64(ZonesLimits.purgeRowsRemoved + 1_000)
    for first in stride(from: 0, to: count, by: 1_000) {
      _ = try store.purge(zone, Self.purge((first..<min(first + 1_000, count)).map { .tag($0) }))
    }
    try store.apply([.remove(zone)])
    let added = try store.apply([.put(Samples.zone(1))])
    #expect(try store.sweepPurges() == true)
    #expect(try store.sweepPurges() == false)
    let stored = try store.purges(of: zone)
    #expect(stored.young.isEmpty && stored.old.isEmpty && stored.floor.hard == added.sequence)
    #expect(try store.purge(zone, Self.purge([.tag(1)])).kept == 1)
  }

  @Test func `after a restore all that was stored is void, and no number means two things`() throws
  {
    try store.exportIfNeeded()
    // These are lost.
    for _ in 0..<10 { _ = try store.purge(zone, Self.purge([.tag(1)])) }
    let last = try store.sequence()
    store.close()
    _ = unsafe unlink(directory.file("zones/data.mdb"))
    let again = try Self.open(directory)
    let stored = try again.purges(of: zone)
    #expect(stored.floor.hard > last && stored.sequence == stored.floor.hard)
    #expect(stored.young.isEmpty)
    let purged = try again.purge(zone, Self.purge([.tag(1)]))
    #expect(try again.purges(of: zone).sequence == purged.changes.sequence)
    #expect(purged.changes.sequence > stored.sequence)
    again.close()
  }

  @Test func `purges are no reason to export zones again`() throws {
    try store.exportIfNeeded()
    let before = try StoredFile.size(store.exportPath)
    for _ in 0..<20 { _ = try store.purge(zone, Self.purge([.tag(1)])) }
    #expect(try store.exportIfNeeded())
    #expect(try StoredFile.size(store.exportPath) - before < 64)
    #expect(try !store.exportIfNeeded())
  }

  @Test func `a log with purges can be cut anywhere, and nothing traps`() {
    let purge = Self.purge([.tag(1), .prefix([1, 2, 3]), .target(.max)], isSoft: true)
    let bytes = ChangeLog.write(
      ZoneChangeRecord(sequence: 9, zone: zone, name: "a.example", kind: .purged, purge: purge))
    let whole = ChangeLog.read(bytes.span, sequence: 9)
    #expect(whole?.purge == purge)
    for length in 0..<bytes.count {
      let cut = ChangeLog.read(Array(bytes.prefix(length)).span, sequence: 9)
      #expect(cut?.purge != purge)
    }
  }
}

// How many purges are kept, and what becomes of those that are not.

import Primitives
import Storage
import Testing

@testable import Cache
@testable import Zones

@Suite struct PurgeGenerationTests {
  private static let perGeneration = 8

  private static func open(_ directory: TemporaryDirectory) throws -> ZoneStore {
    let environment = try StorageEnvironment(
      directory.file("zones"), StorageConfiguration(tables: ZoneStore.Tables.names))
    return ZoneStore(
      environment, Samples.anyCertificate, purgesPerGeneration: perGeneration, changesKept: 20)
  }

  private static func rows(_ store: ZoneStore) throws -> Int {
    try store.environment.read { state throws(StorageError) in
      try state.count(of: store.tables.purges)
    }
  }

  private static func purge(_ generator: inout SplitMix64) -> Purge {
    var purge = Purge(
      isSoft: Bool.random(using: &generator),
      time: WallTime(seconds: Int64.random(in: 1...1_000, using: &generator)))
    if Int.random(in: 0..<50, using: &generator) == 0 {
      purge.isEverything = true
    } else {
      for _ in 0..<Int.random(in: 1...5, using: &generator) {
        let number = UInt8.random(in: 0..<40, using: &generator)
        purge.items.append(number < 5 ? .prefix([number]) : .tag(UInt64(number)))
      }
    }
    return purge
  }

  @Test(arguments: UInt64(1)...8)
  func `store and memory keep the same purges, and few rows are left of others`(seed: UInt64) throws
  {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory)
    defer { store.close() }
    try store.apply([.put(Samples.zone(1))])
    var generator = SplitMix64(seed: seed)
    var table = PurgeTable(generationCount: Self.perGeneration)
    for _ in 0..<300 {
      let purge = Self.purge(&generator)
      let applied = try store.purge(Samples.id(1), purge)
      let before = table.floor
      _ = table.note(purge, sequence: applied.changes.sequence, at: Instant(nanoseconds: 1))
      #expect(applied.kept == table.count)
      let stored = try store.purges(of: Samples.id(1))
      #expect(stored.floor.hard == table.floor.hard && stored.floor.soft == table.floor.soft)
      for item in stored.old + stored.young {
        let own = table.mark(of: item.hash)
        #expect(own?.hard == item.mark.hard && own?.soft == item.mark.soft)
      }
      #expect(stored.old.count + stored.young.count + stored.prefixes.count == table.count)
      if !purge.isEverything {
        #expect(applied.voidBefore == (table.floor.hard > before.hard ? table.floor.hard : nil))
        #expect(applied.staleBefore == (table.floor.soft > before.soft ? table.floor.soft : nil))
      }
      #expect(try Self.rows(store) <= 1 + 5 + 2 * Self.perGeneration)
    }
  }

  @Test func `soft purges that are folded make stale, not void`() throws {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory)
    defer { store.close() }
    try store.apply([.put(Samples.zone(1))])
    var said: [AppliedPurge] = []
    for number in UInt64(1)...17 {
      said.append(
        try store.purge(
          Samples.id(1), Purge(isSoft: true, items: [.tag(number)], time: WallTime(seconds: 9))))
    }
    #expect(said.allSatisfy { $0.voidBefore == nil })
    #expect(said.dropLast().allSatisfy { $0.staleBefore == nil })
    #expect(said.last?.staleBefore == 9)
    #expect(said.last?.kept == 9)
  }

  @Test func `purges make no change of a zone leave the log`() throws {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory)
    defer { store.close() }
    for number in 1...3 { try store.apply([.put(Samples.zone(number))]) }
    for number in UInt64(1)...50 {
      _ = try store.purge(
        Samples.id(1), Purge(items: [.tag(number)], time: WallTime(seconds: 9)))
    }
    let zones = try store.environment.read { state throws(StorageError) in
      try store.zoneChanges(after: 1, limit: 10, state)
    }
    #expect(zones?.map(\.sequence) == [2, 3])
    #expect(try store.changes(after: 2) == nil, "not all purges since are known")
    #expect(try store.changes(after: 33)?.map(\.sequence) == Array(34...53))
    #expect(try store.changes(after: 33, limit: 2)?.count == 2)
    for number in 4...40 { try store.apply([.put(Samples.zone(number))]) }
    #expect(try store.changes(after: 34) == nil, "not all changes of zones since are known")
  }
}

// What the store of zones promises when something was damaged or lost.

import Glibc
import Storage
import Testing
import Zones

@Suite struct ZoneStoreDamageTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.file("zones")
  }

  func open() throws(ZoneStoreError) -> (store: ZoneStore, report: ZoneStoreReport) {
    try ZoneStore.open(path, check: Samples.anyCertificate)
  }

  /// A closed store of five zones, exported at three.
  func makeStore(exporting: Bool = true) throws {
    let store = try open().store
    try store.apply([.put(Samples.full), .put(Samples.zone(1)), .put(Samples.zone(2))])
    if exporting { try store.exportIfNeeded() }
    try store.apply([.put(Samples.zone(3)), .put(Samples.zone(4))])
    store.close()
  }

  func damage() throws {
    var bytes = try TestFile.read(path + "/data.mdb")
    for index in 0..<4_096 { bytes[index] = 0xA5 }
    try TestFile.write(bytes, to: path + "/data.mdb")
  }

  @Test func `an export is written when something changed`() throws {
    let store = try open().store
    try store.apply([.put(Samples.zone(1))])
    #expect(try store.exportIfNeeded())
    #expect(try !store.exportIfNeeded())
    try store.apply([.put(Samples.zone(1))])
    #expect(try !store.exportIfNeeded())
    store.close()
    let again = try open().store
    #expect(try !again.exportIfNeeded())
    try again.apply([.put(Samples.zone(2))])
    #expect(try again.exportIfNeeded())
  }

  var export: String { path + "/zones.export" }

  @Test func `what changed is added to the export, and a restored store has it`() throws {
    let store = try open().store
    try store.apply([.put(Samples.full), .put(Samples.zone(1)), .put(Samples.zone(2))])
    try store.exportIfNeeded()
    let whole = try TestFile.read(export)
    try store.apply([.remove(Samples.id(1)), .put(Samples.zone(2, revision: 5))])
    #expect(try store.exportIfNeeded())
    try store.apply([.put(Samples.zone(3))])
    #expect(try store.exportIfNeeded())
    #expect(try !store.exportIfNeeded())
    let grown = try TestFile.read(export)
    #expect(grown.count > whole.count && Array(grown.prefix(whole.count)) == whole)
    store.close()
    try damage()
    let restored = try open().store
    #expect(try restored.count() == 3)
    #expect(try restored.configuration(of: Samples.id(1)) == nil)
    #expect(
      try restored.configuration(of: Samples.id(2)) == Samples.zone(2, revision: 5).withoutKeys)
    #expect(try restored.configuration(of: Samples.id(3)) != nil)
    #expect(try restored.configurationWithKeys(of: Samples.full.id) == Samples.full)
    #expect(try restored.sequence() >= 6)
  }

  @Test("an addition that breaks off leaves the state before it", arguments: [1, 8, 60, 100])
  func anAdditionThatBreaksOff(missing: Int) throws {
    let store = try open().store
    try store.apply([.put(Samples.zone(1))])
    try store.exportIfNeeded()
    try store.apply([.put(Samples.zone(2))])
    try store.exportIfNeeded()
    try store.apply([.put(Samples.zone(3)), .remove(Samples.id(1))])
    try store.exportIfNeeded()
    store.close()
    try damage()
    try TestFile.write(Array(try TestFile.read(export).dropLast(missing)), to: export)
    let restored = try open().store
    #expect(
      try restored.list(limit: 9).map(\.name) == ["zone-1.example", "zone-2.example"])
  }

  @Test func `an export that waited for another process holds what changed meanwhile`() async throws
  {
    let store = try open().store
    try store.apply([.put(Samples.zone(1))])
    try store.exportIfNeeded()
    try store.apply([.put(Samples.zone(1, revision: 1))])
    let other = try FileLock(export + ".lock")
    let waiting = Task.detached { try store.exportIfNeeded() }
    try store.apply([.put(Samples.zone(1, revision: 2))])
    _ = consume other
    #expect(try await waiting.value)
    #expect(try !store.exportIfNeeded())
    store.close()
    try damage()
    let restored = try open().store
    #expect(
      try restored.configuration(of: Samples.id(1)) == Samples.zone(1, revision: 2).withoutKeys)
  }

  @Test func `an export is written anew when its additions have grown, or it was touched`() throws {
    let store = try open().store
    try store.apply([.put(Samples.zone(1))])
    try store.exportIfNeeded()
    try store.apply([.put(Samples.zone(2))])
    try store.exportIfNeeded()
    try TestFile.write(Array(try TestFile.read(export).dropLast(3)), to: export)
    try store.apply([.put(Samples.zone(3))])
    #expect(try store.exportIfNeeded())
    store.close()
    try damage()
    let restored = try open().store
    #expect(try restored.count() == 3)
    var sizes: [Int] = []
    for revision in 0..<40 {
      var zone = Samples.zone(1, revision: revision)
      zone.certificates = [Samples.certificate(String(repeating: "A", count: 100_000))]
      try restored.apply([.put(zone)])
      try restored.exportIfNeeded()
      sizes.append(try TestFile.read(export).count)
    }
    #expect(zip(sizes, sizes.dropFirst()).contains { $0 > $1 })
    #expect(sizes.allSatisfy { $0 < 3 << 20 })
  }

  @Test func `a damaged store is moved away and rebuilt from the export, and says so`() throws {
    try makeStore()
    try damage()
    let (store, report) = try open()
    #expect(try store.configurationWithKeys(of: Samples.full.id) == Samples.full)
    #expect(try store.count() == 3)
    #expect(try store.zone(forHost: Array("www.zone-2.example".utf8).span) == Samples.id(2))
    guard case .restored(let damages, let moved, _, 3) = report.outcome else {
      Issue.record("\(report)")
      return
    }
    #expect(!damages.isEmpty)
    #expect(moved == path + "/zones.corrupted-1")
    #expect(StoredFile.exists(path + "/zones.corrupted-1"))
    #expect(report.description.contains("skerry apply"))
    // Numbers go on after those of the export.
    #expect(try store.apply([.put(Samples.zone(7))]).sequence > 3)
    store.close()
    #expect(try open().report.outcome == .opened)
  }

  @Test func `a second damage is moved to another name`() throws {
    for number in 1...2 {
      try makeStore()
      try damage()
      let (store, report) = try open()
      store.close()
      #expect(report.description.contains("zones.corrupted-\(number)"))
    }
  }

  @Test func `a damaged store without an export is refused and left as it is`() throws {
    try makeStore(exporting: false)
    try damage()
    let before = try TestFile.read(path + "/data.mdb")
    do throws(ZoneStoreError) {
      _ = try open()
      Issue.record("it was opened")
    } catch {
      guard case .damagedWithoutExport = error else { throw error }
      #expect(error.description.contains("apply your zones file"))
    }
    #expect(try TestFile.read(path + "/data.mdb") == before)
  }

  @Test func `a damaged export is refused before anything is moved`() throws {
    try makeStore()
    try damage()
    var bytes = try TestFile.read(path + "/zones.export")
    bytes[bytes.count / 2] ^= 1
    try TestFile.write(bytes, to: path + "/zones.export")
    do throws(ZoneStoreError) {
      _ = try open()
      Issue.record("it was opened")
    } catch {
      guard case .badExport = error else { throw error }
    }
    #expect(!StoredFile.exists(path + "/zones.corrupted-1"))
  }

  @Test func `a store that is missing is restored from the export beside it`() throws {
    try makeStore()
    #expect(unsafe unlink(path + "/data.mdb") == 0)
    let (store, report) = try open()
    #expect(try store.count() == 3)
    #expect(report.description.contains("was missing; 3 zones were restored"))
  }

  @Test func `an import makes the store hold exactly what the export holds`() throws {
    let store = try open().store
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2))])
    try store.export(to: directory.file("export"))
    try store.apply([.remove(Samples.id(1)), .put(Samples.zone(3))])
    let applied = try store.import(from: directory.file("export"))
    #expect(applied.changes.map(\.kind) == [.added, .removed])
    #expect(try store.list(limit: 9).map(\.name) == ["zone-1.example", "zone-2.example"])
  }

  @Test(arguments: [0, 1, 20, 40, 100])
  func `an export that breaks off is refused`(bytes: Int) throws {
    let store = try open().store
    try store.apply([.put(Samples.zone(1))])
    let file = directory.file("export")
    try store.export(to: file)
    try TestFile.write(Array(try TestFile.read(file).prefix(bytes)), to: file)
    do throws(ZoneStoreError) {
      _ = try store.import(from: file)
      Issue.record("it was imported")
    } catch {
      guard case .badExport = error else { throw error }
    }
  }

  @Test func `a store of a later version is refused by name`() throws {
    try makeStore()
    let environment = try StorageEnvironment(path, StorageConfiguration(tables: ["meta"]))
    try environment.write { (change) throws(StorageError) in
      try change.put([9], at: Array("format".utf8), in: environment.table("meta"))
    }
    environment.close()
    do throws(ZoneStoreError) {
      _ = try open()
      Issue.record("it was opened")
    } catch {
      guard case .newerFormat(_, 9) = error else { throw error }
    }
  }

  @Test func `killed while applying, the store has all of a set or nothing`() async throws {
    try open().store.close()
    for attempt in 0..<8 {
      await #expect(processExitsWith: .signal(SIGALRM)) {
        [path = path as String, attempt = attempt as Int] in
        let store = try ZoneStore.open(path, check: Samples.anyCertificate).store
        ualarm(useconds_t(5_000 + attempt * 6_311), 0)
        var revision = 0
        while true {
          revision += 1
          try store.apply((0..<50).map { .put(Samples.zone($0, revision: revision)) })
          try store.exportIfNeeded()
        }
      }
      let (store, report) = try open()
      #expect(report.outcome == .opened || report.outcome == .created)
      let zones = try (0..<50).compactMap { try store.configuration(of: Samples.id($0)) }
      #expect(zones.isEmpty || zones.count == 50)
      #expect(Set(zones.map(\.responseFields.first?.value)).count <= 1)
      #expect(try store.sequence() % 50 == 0)
      store.close()
    }
  }
}

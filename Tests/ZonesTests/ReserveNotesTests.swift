// Notes of the reserve in the store of zones.

import Primitives
import Testing

@testable import Zones

@Suite("Notes of the reserve")
struct ReserveNotesTests {
  private static func open(_ directory: TemporaryDirectory) throws -> ZoneStore {
    try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  /// The notes of a store by the last number of their zones.
  private static func notes(_ store: ZoneStore) throws -> [ZoneID: [UInt8]] {
    Dictionary(uniqueKeysWithValues: try store.reserveNotes().map { ($0.zone, $0.note) })
  }

  @Test("notes are there after a restart as they were put last, and empty ones are forgotten")
  func kept() throws {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory)
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2))])
    let (one, two) = (Samples.id(1), Samples.id(2))
    #expect(try Self.notes(store).isEmpty)
    try store.putReserveNotes([(one, [1, 2]), (two, [3])])
    try store.putReserveNotes([(one, [4, 5, 6])])
    store.close()
    let again = try Self.open(directory)
    #expect(try Self.notes(again) == [one: [4, 5, 6], two: [3]])
    try again.putReserveNotes([(one, [])])
    #expect(try Self.notes(again) == [two: [3]])
    again.close()
  }

  @Test("a zone that is no more gets no note, and what it had goes with the next one")
  func removed() throws {
    let directory = try TemporaryDirectory()
    let store = try Self.open(directory)
    try store.apply([.put(Samples.zone(1))])
    let id = Samples.id(1)
    try store.putReserveNotes([(id, [1])])
    try store.apply([.remove(id)])
    try store.putReserveNotes([(id, [2])])
    #expect(try Self.notes(store).isEmpty)
    store.close()
  }
}

// What other servers of the fleet are owed.

import Tiers
import Testing

@testable import Zones

@Suite("Purges that other servers are owed")
struct OwedTests {
  private static let all = Array("all".utf8)

  private func open(_ directory: TemporaryDirectory) throws -> ZoneStore {
    try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  private func owe(
    _ store: ZoneStore, _ text: String, _ zone: String = "", to servers: [String] = ["a"]
  ) throws {
    try store.owe(
      Array(text.utf8), ofZone: zone, to: servers,
      standIns: (Array("all of \(zone)".utf8), Self.all))
  }

  private func texts(_ store: ZoneStore, _ server: String = "a") throws -> [String] {
    try store.owed(to: server, limit: .max).map { String(decoding: $0.text, as: UTF8.self) }
      .sorted()
  }

  @Test("each server has its own, which outlive the process; one is not kept twice")
  func kept() throws {
    let directory = try TemporaryDirectory()
    let first = try open(directory)
    try owe(first, "x", "one.test", to: ["a", "b"])
    try owe(first, "y", "two.test", to: ["a"])
    try owe(first, "x", "one.test", to: ["a"])
    first.close()
    let store = try open(directory)
    defer { store.close() }
    #expect(try texts(store) == ["x", "y"] && texts(store, "b") == ["x"])
    #expect(try store.owedServers() == ["a", "b"])
  }

  @Test("what was given goes, and not what came since, though it says the same")
  func settled() throws {
    let directory = try TemporaryDirectory()
    let store = try open(directory)
    defer { store.close() }
    try owe(store, "x", "one.test")
    try owe(store, "y", "one.test")
    let given = try store.owed(to: "a", limit: .max)
    try owe(store, "x", "one.test")
    try store.settle("a", given.map(\.number))
    #expect(try texts(store) == ["x"])
    try store.settle("a", try store.owed(to: "a", limit: .max).map(\.number))
    #expect(try texts(store).isEmpty && store.owedServers().isEmpty)
  }

  @Test("of very many of one zone one stands for all of them, and other zones' stay as they are")
  func many() throws {
    let directory = try TemporaryDirectory()
    let store = try open(directory)
    defer { store.close() }
    try owe(store, "quiet", "quiet.test")
    for number in 0..<ZonesLimits.owedPurges { try owe(store, "\(number)", "loud.test") }
    #expect(try texts(store).count == ZonesLimits.owedPurges + 1)
    try owe(store, "one more", "loud.test")
    #expect(try texts(store) == ["all of loud.test", "quiet"])
  }
}

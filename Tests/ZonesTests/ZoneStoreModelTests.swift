// The store beside a naive one: random changes, the same answers.

import Primitives
import Storage
import Testing
import Zones

/// What the store should be, in dictionaries: every rule written in the simplest way.
private struct NaiveStore {
  var zones: [ZoneID: ZoneConfiguration] = [:]
  var sequence: UInt64 = 0

  /// Applies the changes if no two zones then share a name; false otherwise.
  mutating func apply(_ changes: [ZoneChange]) -> Bool {
    var next = zones
    var touched: [ZoneID] = []
    for change in changes {
      switch change.action {
      case .put(let zone):
        next[zone.id] = zone
        touched.append(zone.id)
      case .remove(let id):
        guard next.removeValue(forKey: id) != nil else { return false }
        touched.append(id)
      case .patch, .renewSerial, .keys: return false
      }
    }
    let names = next.values.map(\.name)
    let hostnames = next.values.flatMap(\.hostnames)
    guard Set(names).count == names.count, Set(hostnames).count == hostnames.count else {
      return false
    }
    sequence += UInt64(Set(touched).filter { zones[$0] != next[$0] }.count)
    zones = next
    return true
  }

  func lookup(_ host: String) -> ZoneID? {
    let exact = zones.values.first { $0.hostnames.contains(Hostname(name: host)) }
    let parts = host.split(separator: ".", maxSplits: 1)
    if let exact { return exact.id }
    guard parts.count == 2 else { return nil }
    let wildcard = Hostname(name: String(parts[1]), isWildcard: true)
    return zones.values.first { $0.hostnames.contains(wildcard) }?.id
  }
}

@Suite struct ZoneStoreModelTests {
  static let words = ["a", "b", "c", "a.b", "b.b", "a.c", "c.a.b"]

  static func randomZone(_ generator: inout SplitMix64) -> ZoneConfiguration {
    var zone = Samples.zone(
      Int.random(in: 0..<6, using: &generator),
      revision: Int.random(in: 0..<3, using: &generator))
    zone.name = words.randomElement(using: &generator) ?? "a"
    zone.hostnames = []
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let hostname = Hostname(
        name: words.randomElement(using: &generator) ?? "a",
        isWildcard: Bool.random(using: &generator))
      if !zone.hostnames.contains(hostname) { zone.hostnames.append(hostname) }
    }
    if Int.random(in: 0..<3, using: &generator) == 0 {
      zone.certificates = [Samples.certificate("\(Int.random(in: 0..<2, using: &generator))")]
    }
    return zone
  }

  @Test(arguments: UInt64(1)...8)
  func `random changes have the outcome of the naive store`(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    var generator = SplitMix64(seed: seed)
    var naive = NaiveStore()
    var store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    var (accepted, refused) = (0, 0)
    for round in 0..<250 {
      var changes: [ZoneChange] = []
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        if Int.random(in: 0..<3, using: &generator) == 0 {
          changes.append(.remove(Samples.id(Int.random(in: 0..<6, using: &generator))))
        } else {
          changes.append(.put(Self.randomZone(&generator)))
        }
      }
      let isExpected = naive.apply(changes)
      do throws(ZoneStoreError) {
        let applied = try store.apply(changes)
        #expect(isExpected, "round \(round)")
        #expect(applied.sequence == naive.sequence)
        accepted += 1
      } catch {
        guard case .invalid = error else { throw error }
        #expect(!isExpected, "round \(round): \(error)")
        refused += 1
      }
      if round % 50 == 49 {
        store.close()
        store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
      }
      if round % 5 == 0 { try compare(store, naive) }
    }
    try compare(store, naive)
    #expect(accepted > 20 && refused > 20, "\(accepted) accepted, \(refused) refused")
    store.close()
    #expect(try StorageCheck(directory: directory.file("zones")).damages == [])
  }

  private func compare(_ store: ZoneStore, _ naive: NaiveStore) throws {
    #expect(try store.count() == naive.zones.count)
    #expect(try store.sequence() == naive.sequence)
    for number in 0..<6 {
      let id = Samples.id(number)
      #expect(try store.configurationWithKeys(of: id) == naive.zones[id])
    }
    let names = naive.zones.values.map(\.name).sorted()
    #expect(try store.list(limit: 100).map(\.name) == names)
    for word in Self.words + ["x", "x.a", "x.b", "a.a", "x.a.b"] {
      #expect(try store.zone(forHost: Array(word.utf8).span) == naive.lookup(word), "\(word)")
      #expect(try store.zone(named: word) == naive.zones.values.first { $0.name == word }?.id)
    }
  }
}

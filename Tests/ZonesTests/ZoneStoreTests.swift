// What the store of zones promises.

import Cache
import ConfigurationTree
import Origin
import Primitives
import Storage
import Testing
import Zones

@Suite struct ZoneStoreTests {
  let directory: TemporaryDirectory
  let store: ZoneStore

  init() throws {
    directory = try TemporaryDirectory()
    store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
  }

  func lookup(_ host: String) throws -> ZoneID? { try store.zone(forHost: Array(host.utf8).span) }

  func faults(_ changes: [ZoneChange]) throws -> [String] {
    do throws(ZoneStoreError) {
      try store.apply(changes)
      return []
    } catch {
      guard case .invalid(let faults) = error else { throw error }
      return faults.map(\.description)
    }
  }

  @Test func `a zone that was put is found by its names and read back`() throws {
    let zone = Samples.full
    let applied = try store.apply([.put(zone)])
    #expect(applied.sequence == 1)
    #expect(applied.changes.map(\.kind) == [.added])
    #expect(try store.configuration(of: zone.id) == zone.withoutKeys)
    #expect(try store.configurationWithKeys(of: zone.id) == zone)
    #expect(try store.zone(named: "Example.org") == zone.id)
    #expect(try store.count() == 1)
  }

  @Test func `an exact name goes before a wildcard, which stands for one label`() throws {
    var wide = Samples.zone(1)
    wide.name = "example.org"
    wide.hostnames = [Hostname(name: "example.org", isWildcard: true)]
    var narrow = Samples.zone(2)
    narrow.name = "www.example.org"
    narrow.hostnames = [
      Hostname(name: "www.example.org"), Hostname(name: "www.example.org", isWildcard: true),
    ]
    try store.apply([.put(wide), .put(narrow)])
    #expect(try lookup("www.example.org") == narrow.id)
    #expect(try lookup("WWW.EXAMPLE.ORG.") == narrow.id)
    #expect(try lookup("a.www.example.org") == narrow.id)
    #expect(try lookup("other.example.org") == wide.id)
    #expect(try lookup("example.org") == nil)
    #expect(try lookup("a.other.example.org") == nil)
    for odd in ["", ".", ".example.org", "org", String(repeating: "a", count: 300), "\0"] {
      #expect(try lookup(odd) == nil)
    }
  }

  @Test func `a store has an identity, which it keeps and no other has`() throws {
    let identity = try store.identity()
    #expect(try store.identity() == identity)
    store.close()
    let (again, _) = try ZoneStore.open(
      directory.file("zones"), check: Samples.anyCertificate)
    #expect(try again.identity() == identity)
    let (other, _) = try ZoneStore.open(
      directory.file("others"), check: Samples.anyCertificate)
    #expect(try other.identity() != identity)
  }

  @Test func `what is the same already changes nothing and takes no number`() throws {
    try store.apply([.put(Samples.full)])
    let again = try store.apply([.put(Samples.full), .put(Samples.full.withoutKeys)])
    #expect(again.sequence == 1)
    #expect(again.changes == [])
  }

  @Test func `each zone that changes takes one number, and the log tells which`() throws {
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2)), .put(Samples.zone(3))])
    try store.apply([.put(Samples.zone(2, revision: 1)), .remove(Samples.id(3))])
    let changes = try #require(try store.changes(after: 2))
    #expect(changes.map(\.sequence) == [3, 4, 5])
    #expect(changes.map(\.kind) == [.added, .changed, .removed])
    #expect(changes.map(\.name) == ["zone-3.example", "zone-2.example", "zone-3.example"])
    #expect(try store.changes(after: 5) == [])
    #expect(try store.changes(after: 0, limit: 2)?.count == 2)
    // A number that this store never gave out: everything must be read anew.
    #expect(try store.changes(after: 6) == nil)
  }

  @Test func `a removed zone is gone with all of its names`() throws {
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2))])
    try store.apply([.remove(Samples.id(1))])
    #expect(try store.configuration(of: Samples.id(1)) == nil)
    #expect(try lookup("zone-1.example") == nil)
    #expect(try lookup("a.zone-1.example") == nil)
    #expect(try store.zone(named: "zone-1.example") == nil)
    #expect(try lookup("zone-2.example") == Samples.id(2))
    #expect(try store.list(limit: 10) == [ZoneSummary(id: Samples.id(2), name: "zone-2.example")])
  }

  @Test func `a name belongs to one zone, and conflicts are told for all at once`() throws {
    try store.apply([.put(Samples.zone(1))])
    var thief = Samples.zone(2)
    thief.hostnames += Samples.zone(1).hostnames
    var copy = Samples.zone(3)
    copy.name = "zone-1.example"
    let found = try faults([.put(thief, path: "zones[0]"), .put(copy, path: "zones[1]")])
    #expect(found.count == 4)
    #expect(
      found.contains(
        "zones[0].hostnames[5]: is *.zone-1.example, which belongs to the zone zone-1.example "
          + "(\(Samples.id(1))). Take the name out of that zone first, or leave it out here."))
    #expect(found.contains { $0.hasPrefix("zones[1].name: is zone-1.example, which belongs to") })
    #expect(try store.count() == 1)
    #expect(try store.sequence() == 1)
  }

  @Test func `two zones of one set can't claim one name`() throws {
    var copy = Samples.zone(2)
    copy.hostnames = [Hostname(name: "zone-1.example")]
    let found = try faults([.put(Samples.zone(1), path: "a"), .put(copy, path: "b")])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("b.hostnames[0]: is zone-1.example") == true)
  }

  @Test func `names move between zones within one set`() throws {
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2))])
    var (first, second) = (Samples.zone(1), Samples.zone(2))
    (first.hostnames, second.hostnames) = (second.hostnames, first.hostnames)
    (first.name, second.name) = (second.name, first.name)
    try store.apply([.put(first), .put(second)])
    #expect(try lookup("zone-1.example") == second.id)
    #expect(try lookup("x.zone-2.example") == first.id)
    #expect(try store.zone(named: "zone-1.example") == second.id)
  }

  @Test func `a patch changes what it names`() throws {
    try store.apply([.put(Samples.full)])
    let patch = try JSONParser.parse(Array(#"{"weight": 9, "cache": null, "paused": false}"#.utf8))
    try store.apply([.patch(Samples.full.id, patch)])
    var expected = Samples.full
    expected.weight = 9
    expected.cache = .init()
    expected.isPaused = false
    #expect(try store.configurationWithKeys(of: Samples.full.id) == expected)
  }

  @Test func `a patch with faults is refused with their paths`() throws {
    try store.apply([.put(Samples.full)])
    let patch = try JSONParser.parse(
      Array(#"{"weight": 0, "id": "00000000000000000000000000000001"}"#.utf8))
    #expect(
      try faults([.patch(Samples.full.id, patch, path: "zone")]) == [
        "zone.weight (line 1, column 12): is 0. Give a whole number from 1 to 100."
      ])
    let identity = try JSONParser.parse(Array(#"{"id": "00000000000000000000000000000001"}"#.utf8))
    #expect(try faults([.patch(Samples.full.id, identity)]).first?.hasPrefix("id: is") == true)
    let unknown = ZoneID(high: 9, low: 9)
    #expect(
      try faults([.patch(unknown, patch, path: "a"), .remove(unknown, path: "b")]).count == 2)
    #expect(try store.configurationWithKeys(of: Samples.full.id) == Samples.full)
  }

  @Test func `a certificate without its key keeps the stored one, a new one needs it`() throws {
    try store.apply([.put(Samples.full)])
    var changed = Samples.full.withoutKeys
    changed.certificates.reverse()
    try store.apply([.put(changed)])
    let stored = try store.configurationWithKeys(of: changed.id)
    #expect(stored?.certificates == Samples.full.certificates.reversed())
    changed.certificates.append(Samples.certificate("NEW"))
    changed.certificates[2].key = nil
    #expect(
      try faults([.put(changed)]) == [
        "certificates[2].key: is missing. Give the certificate's private key as PEM text."
      ])
  }

  @Test func `certificates are checked, and each name needs one`() throws {
    let check = CertificateCheck { chain, key in
      if chain.contains("BAD") {
        let fault = CertificateFault(key: "key", problem: "fits not", remedy: "Give the right one.")
        return CertificateFinding(names: [], faults: [fault])
      }
      return CertificateFinding(names: ["*.example.org"])
    }
    let other = try ZoneStore.open(directory.file("checked"), check: check).store
    var bad = Samples.full
    bad.certificates = [Samples.certificate("GOOD"), Samples.certificate("BAD")]
    func found(_ zone: ZoneConfiguration) -> [String] {
      do throws(ZoneStoreError) {
        try other.apply([.put(zone, path: "z")])
        return []
      } catch {
        guard case .invalid(let faults) = error else { return ["\(error)"] }
        return faults.map(\.description)
      }
    }
    #expect(found(bad) == ["z.certificates[1].key: fits not. Give the right one."])
    bad.certificates.removeLast()
    #expect(found(bad).map { $0.prefix(14) } == ["z.hostnames[0]", "z.hostnames[2]"])
    bad.hostnames = [Hostname(name: "www.example.org")]
    #expect(found(bad) == [])
  }

  @Test func `a list goes on after a name`() throws {
    try store.apply((0..<10).map { .put(Samples.zone($0)) })
    let first = try store.list(limit: 4)
    #expect(first.map(\.name) == (0..<4).map { "zone-\($0).example" })
    let rest = try store.list(after: first.last?.name, limit: 100)
    #expect(rest.map(\.name) == (4..<10).map { "zone-\($0).example" })
  }

  @Test func `of two processes that change a secret each sees what the other left`() throws {
    #expect(try store.secret("tickets") == nil)
    #expect(try store.secret("tickets", changedBy: { ($0 ?? []) + [1] }) == [1])
    #expect(try store.secret("tickets", changedBy: { ($0 ?? []) + [2] }) == [1, 2])
    try store.setSecret("tickets", [5])
    #expect(try store.secret("tickets") == [5])
  }

  @Test func `a plan says what would be added, changed, removed and left`() throws {
    try store.apply([.put(Samples.zone(1)), .put(Samples.zone(2)), .put(Samples.zone(3))])
    let wanted = [Samples.zone(4), Samples.zone(2, revision: 9), Samples.zone(1)]
    let kept = try store.plan(wanted, prunes: false)
    #expect(kept.additions.map(\.id) == [Samples.id(4)])
    #expect(kept.changes.map(\.id) == [Samples.id(2)])
    #expect(kept.unchanged.map(\.id) == [Samples.id(1)])
    #expect(kept.removals.isEmpty)
    #expect(kept.steps.map(\.path) == ["zones[0]", "zones[1]"])
    let pruned = try store.plan(wanted, prunes: true)
    #expect(pruned.removals.map(\.id) == [Samples.id(3)])
    try store.apply(pruned.steps)
    #expect(try store.plan(wanted, prunes: true).isEmpty)
  }
}

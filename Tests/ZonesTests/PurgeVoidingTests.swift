// What changes of zones make void, so that purges hold whatever settings come later.

import Cache
import Primitives
import Testing

@testable import Zones

@Suite struct PurgeVoidingTests {
  let directory: TemporaryDirectory
  let store: ZoneStore
  var zone = Samples.zone(1)

  init() throws {
    directory = try TemporaryDirectory()
    store = try ZoneStore.open(directory.file("zones"), check: Samples.anyCertificate).store
    zone.hostnames = ["zone-1.example", "www.zone-1.example"].map { Hostname(name: $0) }
    zone.cache = CacheConfiguration()
    try store.apply([.put(zone)])
  }

  /// What putting the zone makes void.
  private func put(_ zone: ZoneConfiguration) throws -> Purge? {
    try store.apply([.put(zone)]).changes.first?.purge
  }

  private func purge(_ item: PurgeItem) throws {
    _ = try store.purge(zone.id, Purge(items: [item], time: WallTime(seconds: 1)))
  }

  private func sortingQuery(_ sorts: Bool) -> ZoneConfiguration {
    var changed = zone
    changed.cache.settings.key.sortsQuery = sorts
    return changed
  }

  @Test
  func `what was stored before a purge under other key settings is void when they change again`()
    throws
  {
    try purge(.target(1))
    #expect(try put(sortingQuery(true)) == nil, "no purge was made under others")
    try purge(.target(2))
    let floor = try store.sequence()
    #expect(try put(sortingQuery(false))?.isEverything == true)
    #expect(try store.purges(of: zone.id).floor.hard == floor + 1)
    #expect(try store.purges(of: zone.id).young.isEmpty)
    #expect(try put(sortingQuery(true)) == nil, "no purge was made since")
    try purge(.target(3))
    #expect(try put(sortingQuery(false))?.isEverything == true)
  }

  @Test func `purges that name no URL hold under all key settings`() throws {
    for sorts in [true, false, true] {
      #expect(try put(sortingQuery(sorts)) == nil)
      for item: PurgeItem in [.tag(1), .host(2), .prefix([3])] { try purge(item) }
    }
    _ = try store.purge(zone.id, Purge(isEverything: true, time: WallTime(seconds: 1)))
    try purge(.target(1))
    #expect(try put(sortingQuery(false)) == nil, "all that was stored under others is void already")
  }

  @Test func `other settings than those of keys make nothing void`() throws {
    var changed = sortingQuery(true)
    _ = try put(changed)
    try purge(.target(1))
    changed.cache.settings.edgeSeconds = 7
    #expect(try put(changed) == nil)
    var rule = CacheRule()
    rule.paths = ["/x/*"]
    rule.overrides.isBypassed = true
    changed.cache.rules = [rule]
    #expect(try put(changed) == nil)
    changed.cache.rules[0].overrides.keyCookies = ["c"]
    #expect(try put(changed)?.isEverything == true)
    try purge(.target(1))
    changed.cache.rules[0].paths = ["/y/*"]
    #expect(try put(changed)?.isEverything == true)
  }

  @Test func `what is stored of a host is void once the zone gives it up`() throws {
    var changed = zone
    changed.hostnames = [Hostname(name: "zone-1.example")]
    let lost = PurgeItem.host(PurgeHash.host(Array("www.zone-1.example".utf8).span))
    #expect(try put(changed)?.items == [lost])
    #expect(try store.purges(of: zone.id).young.map(\.hash) == [lost.hash])
    #expect(try put(zone) == nil)
    changed.hostnames.append(Hostname(name: "zone-1.example", isWildcard: true))
    #expect(try put(changed) == nil, "the wildcard is for it")
    #expect(try put(zone)?.isEverything == true, "nobody knows what the wildcard was used for")
    changed.hostnames = []
    #expect(try put(changed) == nil)
    #expect(try put(zone)?.isEverything == true)
  }
}

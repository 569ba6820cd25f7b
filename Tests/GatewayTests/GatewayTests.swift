// What the gateway promises: which zone answers, with which configuration, and for how long a zone
// is in memory.

import Cache
import Exchange
import Glibc
import HTTP
import Origin
import Primitives
import Runtime
import Testing
import Zones

@testable import Gateway

@Suite struct GatewayTests {
  @Test func `exact names go before wildcards, and a name of no zone gets 421`() async throws {
    let edge = try TestEdge()
    try await edge.change(
      .put(TestEdge.zone(1, ["*.a.example"], mark: "wild")),
      .put(TestEdge.zone(2, ["www.a.example"], mark: "exact")))
    for loop in 0..<2 {
      #expect(await edge.ask("any.a.example", on: loop) == Reply(status: 308, mark: "wild"))
      #expect(await edge.ask("www.a.example", on: loop) == Reply(status: 308, mark: "exact"))
      for name in ["a.example", "x.any.a.example", "b.example", "", "[::1]"] {
        #expect(await edge.ask(name, on: loop) == Reply(status: 421, mark: nil), "\(name)")
      }
    }
  }

  @Test func `a zone is in memory only on loops that serve it, from its first request on`()
    async throws
  {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["a.example"], mark: "1")))
    #expect(await edge.on(0) { $0.activeZones } == 0)
    #expect(await edge.ask("a.example", on: 1).status == 308)
    #expect(await edge.on(0) { $0.activeZones } == 0)
    #expect(await edge.on(1) { $0.activeZones } == 1)
  }

  @Test func `a zone that nobody used for long leaves memory, and comes back when it is asked`()
    async throws
  {
    let edge = try TestEdge(zoneIdleNanoseconds: 0)
    try await edge.change(.put(TestEdge.zone(1, ["a.example"], mark: "1")))
    for round in 1...2 as ClosedRange<UInt64> {
      #expect(await edge.ask("a.example").status == 308)
      await SharedLoops.task { await edge.edge.sweep() }
      // The sweep is work of the same lane, queued before this.
      #expect(await edge.on(0) { $0.activeZones } == 0)
      #expect(await edge.on(0) { $0.hosts.count } == 0)
      #expect(await edge.on(0) { $0.departed.requests } == round)
    }
  }

  @Test func `a zone that was used lately stays, and one that has a connection stays however long`()
    async throws
  {
    let lately = try TestEdge()
    try await lately.change(.put(TestEdge.zone(1, ["a.example"], mark: "1")))
    #expect(await lately.ask("a.example").status == 308)
    await SharedLoops.task { await lately.edge.sweep() }
    #expect(await lately.on(0) { $0.activeZones } == 1)

    let connected = try TestEdge(zoneIdleNanoseconds: 0)
    try await connected.change(.put(TestEdge.zone(1, ["a.example"], mark: "1")))
    let client = await connected.open("a.example")
    await SharedLoops.task { await connected.edge.sweep() }
    #expect(await connected.on(0) { $0.activeZones } == 1)
    _ = await connected.on(0) { _ in client.close() }
    await SharedLoops.task { await connected.edge.sweep() }
    #expect(await connected.on(0) { $0.activeZones } == 0)
  }

  @Test func `a zone in memory pays for what other threads do for it, and nobody pays twice`()
    async throws
  {
    let test = try TestEdge()
    let (zone, other) = (ZoneID(high: 1, low: 1), ZoneID(high: 1, low: 2))
    try await test.change(.put(TestEdge.zone(1, ["a.test"], mark: "1")))
    _ = await test.ask("a.test")
    func paid() async -> UInt64 {
      await test.on(0) { $0.zones[zone]?.lane.ledger.ticks ?? 0 }
    }
    var work = LaneLedger()
    work.ticks = 1 << 40
    let (thread, spent) = (SharedLoops.group.storage[0], work)
    let before = await paid()
    await SharedLoops.task { await test.edge.charge(spent, of: thread, to: zone) }
    let after = await paid()
    #expect(after >= before + spent.ticks)
    // More than the thread ever used.
    #expect(test.edge.ownNanoseconds(of: thread) == 0)
    await SharedLoops.task {
      await test.edge.charge(spent, of: SharedLoops.group.storage[1], to: other)
    }
    #expect(test.edge.ownNanoseconds(of: SharedLoops.group.storage[1]) > 0, "nobody has that zone")
  }

  @Test func `a zone pays for putting its purges into force`() async throws {
    let test = try TestEdge()
    let zone = ZoneID(high: 1, low: 1)
    try await test.change(.put(TestEdge.zone(1, ["a.test"], mark: "1")))
    _ = await test.ask("a.test")
    func paid() async -> UInt64 {
      await test.on(0) { $0.zones[zone]?.lane.ledger.ticks ?? 0 }
    }
    let purge = Purge(items: (0..<1_000).map { PurgeItem.tag($0) }, time: SystemClock.wall)
    let applied = try test.store.purge(zone, purge).changes
    let before = await paid()
    await SharedLoops.task { await test.edge.publish(applied) }
    #expect(await paid() > before)
  }

  @Test func `the default zone answers for names of no zone until a zone has them`() async throws {
    let edge = try TestEdge(defaultZone: "default.example")
    try await edge.change(
      .put(TestEdge.zone(1, ["default.example"], mark: "default")),
      .put(TestEdge.zone(2, ["*.wild.example"], mark: "wild")))
    let names = ["new.example", "x.wild.example", "y.wild.example", "z.later.example"]
    func marks() async -> [String?] {
      var marks: [String?] = []
      for name in names { marks.append(await edge.ask(name).mark) }
      return marks
    }
    #expect(await marks() == ["default", "wild", "wild", "default"])
    try await edge.change(
      .put(TestEdge.zone(3, ["new.example"], mark: "new")),
      .put(TestEdge.zone(4, ["x.wild.example"], mark: "exact")),
      .put(TestEdge.zone(5, ["*.later.example"], mark: "later")))
    #expect(await marks() == ["new", "exact", "wild", "later"])
    try await edge.change(.remove(ZoneID(high: 1, low: 3)), .remove(ZoneID(high: 1, low: 4)))
    #expect(await marks() == ["default", "wild", "wild", "later"])
  }

  @Test func `names that a wildcard answers for are bounded in a loop's table`() async throws {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["*.a.example"], mark: "1")))
    for number in 0..<GatewayLimits.namesPerZone + 20 {
      #expect(await edge.ask("n\(number).a.example").status == 308)
    }
    #expect(await edge.on(0) { $0.hosts.count } == GatewayLimits.namesPerZone)
    #expect(await edge.ask("n0.a.example").status == 308)
  }

  @Test func `look-ups are bounded: by names, and by requests for each`() async throws {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["a.example", "*.a.example"], mark: "1")))
    // One job: no look-up can end meanwhile.
    let counts = await edge.on(0) { gateway in
      var counts: [Int] = []
      for names in [1, GatewayLimits.lookupsUnderWay + 5] {
        let statuses = Statuses()
        let sources = (0..<10).map { Lane(loop: gateway.loop, name: "source \($0)") }
        for number in 0..<max(names, GatewayLimits.requestsPerLookup + 5) {
          let host = names == 1 ? "a.example" : "n\(number).a.example"
          let client = TestClient(host, "/", at: gateway, on: sources[number % 10]) { reply in
            statuses.list.append(reply.status)
          }
          client.begin()
        }
        counts.append(statuses.list.count { $0 == 503 })
      }
      return counts
    }
    // The first name's look-up is one of those under way.
    #expect(counts == [5, 6])
    try await edge.wait { await edge.on(0) { $0.lookups.isEmpty } }
    #expect(await edge.ask("a.example").status == 308)
  }

  @Test func `who asks for many names at once leaves room for others' look-ups`() async throws {
    let edge = try TestEdge()
    try await edge.change(.put(TestEdge.zone(1, ["*.a.example"], mark: "1")))
    let counts = await edge.on(0) { gateway in
      [GatewayLimits.lookupsPerSource + 5, 1].map { names in
        let statuses = Statuses()
        let source = Lane(loop: gateway.loop, name: "source of \(names)")
        for number in 0..<names {
          let host = "n\(number).of\(names).a.example"
          let client = TestClient(host, "/", at: gateway, on: source) { reply in
            statuses.list.append(reply.status)
          }
          client.begin()
        }
        return statuses.list.count { $0 == 503 }
      }
    }
    #expect(counts == [5, 0])
    // The places are free again when the look-ups have ended.
    try await edge.wait { await edge.on(0) { $0.lookups.isEmpty && $0.lookupsBySource.isEmpty } }
  }

  @Test
  func `the next request on every loop sees a change, one in flight keeps what it began with`()
    async throws
  {
    let edge = try TestEdge()
    // Takes connections and answers nothing, until it is closed.
    let silent = try Listener.listen(on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0))
    let port = Listener.localAddress(of: silent).port
    var zone = TestEdge.zone(1, ["a.example"], mark: "old")
    zone.redirectsToHTTPS = false
    zone.origins = [OriginConfiguration(scheme: .http, host: "127.0.0.1", port: port)]
    try await edge.change(.put(zone))
    async let flying = edge.ask("a.example")
    try await edge.wait { await edge.inFlight(0) > 0 }
    zone.redirectsToHTTPS = true
    zone.responseFields = [ResponseFieldConfiguration(name: "X-Rev", value: "new")]
    try await edge.change(.put(zone))
    for loop in 0..<2 {
      #expect(await edge.ask("a.example", on: loop) == Reply(status: 308, mark: "new"))
    }
    #expect(await edge.inFlight(0) == 1)
    close(silent)
    let last = await flying
    #expect(last.mark == "old" && last.status >= 500)
    #expect(await edge.inFlight(0) == 0)
  }

  @Test func `a removed zone is answered with 421 at once, and is gone with its last connection`()
    async throws
  {
    let edge = try TestEdge()
    let zone = TestEdge.zone(1, ["a.example"], mark: "1")
    try await edge.change(.put(zone))
    let client = await edge.open("a.example")
    let state = await edge.on(0) { WeakZone($0.zones[zone.id]) }
    #expect(await edge.on(0) { _ in state.zone != nil })
    try await edge.change(.remove(zone.id))
    #expect(await edge.ask("a.example") == Reply(status: 421, mark: nil))
    #expect(await edge.ask("a.example", on: 1) == Reply(status: 421, mark: nil))
    #expect(await edge.on(0) { _ in client.isTenantRetired })
    #expect(await edge.on(0) { _ in state.zone == nil })
  }
}

/// A zone's state, as long as somebody else has it. Confined to its loop.
final class WeakZone: @unchecked Sendable {
  // Looked at on the zone's loop only.
  weak var zone: ZoneState?
  init(_ zone: ZoneState?) { self.zone = zone }
}

// A zone's bounds are the server's, whatever loop its clients are on.

import Exchange
import Glibc
import Origin
import Primitives
import Runtime
import Testing
import Zones

@testable import Gateway

@Suite struct BoundsTests {
  @Test func `what all loops take together stays within the bound`() async {
    let use = ZoneUse()
    let taken = await withTaskGroup(of: Int.self) { group in
      for loop in SharedLoops.group.loops {
        group.addTask {
          await SharedLoops.on(loop) { (0..<10_000).count { _ in use.takeExchange(bound: 500) } }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(taken == 500)
    #expect(use.takeConnection(bound: 1) && !use.takeConnection(bound: 1))
    use.giveConnectionBack()
    #expect(use.takeConnection(bound: 1))
  }

  @Test func `connections on one loop count on the other, also after a change`() async throws {
    let edge = try TestEdge()
    var zone = TestEdge.zone(1, ["a.example"], mark: "1")
    zone.bounds.connections = 1
    try await edge.change(.put(zone))
    let client = await edge.open("a.example")
    #expect(await edge.ask("a.example", on: 1).status == 503)
    zone.bounds.connections = 2
    try await edge.change(.put(zone))
    #expect(await edge.ask("a.example", on: 1).status == 308)
    zone.bounds.connections = 1
    try await edge.change(.put(zone))
    #expect(await edge.ask("a.example", on: 1).status == 503)
    await edge.on(0) { _ in client.close() }
    #expect(await edge.ask("a.example", on: 1).status == 308)
  }

  @Test func `a zone has three quarters of a loop's connections at most, whatever its bound`()
    async throws
  {
    for limit in [2, 3, 4, 112, 100_000] {
      #expect(GatewayLimits.connectionsPerZone(of: limit) < limit)
    }
    #expect(GatewayLimits.connectionsPerZone(of: 100_000) == 75_000)
    let edge = try TestEdge()
    try await edge.change(
      .put(TestEdge.zone(1, ["a.example"], mark: "1")),
      .put(TestEdge.zone(2, ["b.example"], mark: "2")))
    await edge.on(0) { $0.connectionsPerZone = 1 }
    let client = await edge.open("a.example")
    #expect(await edge.ask("a.example").status == 503)
    #expect(await edge.ask("b.example").status == 308)
    #expect(await edge.ask("a.example", on: 1).status == 308)
    await edge.on(0) { _ in client.close() }
    #expect(await edge.ask("a.example").status == 308)
  }

  @Test func `a request that waits for its turn counts, until it is answered or its client leaves`()
    async throws
  {
    let edge = try TestEdge()
    var zone = TestEdge.zone(1, ["a.example"], mark: "1")
    zone.bounds.exchanges = 1
    try await edge.change(.put(zone))
    #expect(await edge.ask("a.example").status == 308)
    let id = zone.id
    for leaves in [false, true] {
      let counts = await edge.on(0) { gateway -> [Int] in
        guard let state = gateway.zones[id] else { return [] }
        // The lane has something to do, so that requests queue.
        LoopWork(on: state.lane).enqueue()
        let statuses = Statuses()
        for _ in 0..<2 {
          let client = TestClient("a.example", "/", at: gateway, on: gateway.loop.systemLane) {
            statuses.list.append($0.status)
          }
          client.begin()
          if leaves { client.exchange.abort() }
        }
        return [state.exchangesInFlight, statuses.list.count] + statuses.list.map { Int($0) }
      }
      #expect(counts == [1, 1, 503])
      try await edge.wait { await edge.inFlight(0) == 0 }
      #expect(await edge.ask("a.example").status == 308)
    }
  }

  @Test func `requests in flight on one loop count on the other`() async throws {
    let edge = try TestEdge()
    let silent = try Listener.listen(on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0))
    var zone = TestEdge.zone(1, ["a.example"], mark: "1")
    zone.redirectsToHTTPS = false
    zone.bounds.exchanges = 1
    let port = Listener.localAddress(of: silent).port
    zone.origins = [OriginConfiguration(scheme: .http, host: "127.0.0.1", port: port)]
    try await edge.change(.put(zone))
    async let flying = edge.ask("a.example")
    try await edge.wait { await edge.inFlight(0) > 0 }
    #expect(await edge.ask("a.example", "/other", on: 1).status == 503)
    close(silent)
    #expect(await flying.status >= 500)
    try await edge.wait { await edge.inFlight(0) == 0 }
    #expect(await edge.ask("a.example", "/other", on: 1).mark == "1")
  }

  @Test func `a reading has every zone once, whoever leaves while it is made`() async throws {
    let edge = try TestEdge()
    let count = 4 * GatewayLimits.zonesPerReadingTurn
    let changes = (0..<count).map { number in
      ZoneChange.put(TestEdge.zone(UInt64(number), ["z\(number).example"], mark: "1"))
    }
    let applied = try edge.store.apply(changes)
    await SharedLoops.task { await edge.edge.publish(applied) }
    for number in 0..<count { #expect(await edge.ask("z\(number).example").status == 308) }
    let reading = await edge.on(0) { gateway in
      let walk = gateway.beginWalk()
      #expect(!walk.advance())
      #expect(walk.reading.zones.count == GatewayLimits.zonesPerReadingTurn)
      // One that was read, and one that was not: the last of the list takes the place of each.
      for place in [count - 2, 3] {
        if let zone = gateway.zone(at: place) { gateway.drop(zone) }
      }
      while !walk.advance() {}
      gateway.walks.removeAll()
      return walk.reading
    }
    #expect(reading.zones.count == count && Set(reading.zones.map(\.id)).count == count)
    #expect(reading.zones.reduce(0) { $0 + $1.counters.requests } == UInt64(count))
    #expect(reading.departed.counters.requests == 0)
    let gateway = edge.gateway(0)
    let next = await SharedLoops.task { await gateway.reading() }
    #expect(next.zones.count == count - 2 && next.departed.counters.requests == 2)
  }
}

/// Statuses of answers that come while a job runs or later. Confined to its loop.
final class Statuses: @unchecked Sendable {
  // Used on that loop only.
  var list: [UInt16] = []
}

// Zones that are looked up, and what changes meanwhile.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Look-ups", .serialized)
struct LookupTests {
  @Test("a change that comes while its zone is read is what is answered")
  func changeDuringLookup() async {
    let address = await SharedRuntime.run { lane -> [UInt8]? in
      guard let test = ServerTest(lane) else { return nil }
      defer { test.close() }
      let (server, directory) = (test.server, test.directory)
      directory.meanwhile = {
        directory.versions[1] = (9, 99)
        server.apply(ZoneID(high: 0, low: 1), TestDirectory.snapshot(1, epoch: 9, address: 99))
      }
      test.send(Messages.query("www.z1.test", .a))
      return await test.replies(1).first?.sections[0].first?.content
    }
    #expect(address == [192, 0, 2, 99])
  }

  @Test("zones that are flooded leave places to others, and names that are nobody's to look-ups")
  func shares() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      for number in 0..<10 { test.send(Messages.query("www.z\(number).test", .a)) }
      _ = await test.replies(10)
      let query = Messages.query("www.z1.test", .a)
      let server = test.server
      let origin = HeldQueries.Origin(peer: test.address, local: nil, socket: 0)
      var counts: [Int] = []
      for number in 0..<10 {
        guard let zone = server.zones.zone(Messages.wire("z\(number).test").span) else {
          return "none"
        }
        for _ in 0..<4_000 { server.hold(query.span, origin, zone) }
        counts.append(zone.held.count)
      }
      guard let least = counts.min(), let most = counts.max(), least >= 80, most <= 512 else {
        return "\(counts)"
      }
      // From one network, then from another.
      for _ in 0..<2_000 { server.lookUp(query.span, origin) }
      let first = server.cold.gathering.count
      let other = SocketAddress(ipv4: 198, 51, 100, 1, port: 53)
      server.lookUp(query.span, HeldQueries.Origin(peer: other, local: nil, socket: 0))
      guard server.cold.gathering.count == first + 1, first <= 256 else {
        return "\(first) look-ups"
      }
      await lane.wait { server.held.freeCount >= NameServiceLimits.heldQueries }
      return server.cold.hasRoom(for: test.address) ? "fine" : "not given back"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone that goes while it is read is gone")
  func removalDuringLookup() async {
    let code = await SharedRuntime.run { lane -> Int? in
      guard let test = ServerTest(lane) else { return nil }
      defer { test.close() }
      let (server, directory) = (test.server, test.directory)
      directory.meanwhile = {
        directory.removed = [1]
        server.apply(ZoneID(high: 0, low: 1), nil)
      }
      test.send(Messages.query("www.z1.test", .a))
      return await test.replies(1).first?.code
    }
    #expect(code == 5)
  }

  @Test("DS of a zone of ours is the upper zone's, though neither is in memory; of others its own")
  func delegationSigner() async {
    let owners = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane) else { return [] }
      defer { test.close() }
      var owners: [String] = []
      for name in ["sub.nested.test", "z1.test", "z1.test", "sub.nested.test"] {
        test.send(Messages.query(name, .ds))
        owners.append(await test.replies(1).first?.sections[1].first?.owner ?? "answer")
      }
      // That there is no zone above is known until something changes.
      let lookups = test.directory.lookups
      test.send(Messages.query("z1.test", .ds))
      owners.append(await test.replies(1).first?.sections[1].first?.owner ?? "answer")
      return test.directory.lookups == lookups ? owners : ["looked up again"]
    }
    #expect(owners == ["nested.test", "z1.test", "z1.test", "nested.test", "z1.test"])
  }

  @Test("an alias into a zone below is followed by who asks, not denied")
  func aliasIntoZoneBelow() async {
    let response = await SharedRuntime.run { lane -> (Int, Int)? in
      guard let test = ServerTest(lane) else { return nil }
      defer { test.close() }
      test.send(Messages.query("alias.nested.test", .a))
      let reply = await test.replies(1).first
      return (reply?.code ?? -1, reply?.sections[0].count ?? 0)
    }
    #expect(response?.0 == 0 && response?.1 == 1)
  }

  @Test("queries that wait when their zone's name changes are never answered out of another zone")
  func apexChange() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.send(Messages.query("www.z1.test", .a))
      _ = await test.replies(1)
      guard let zone = test.server.zones.zone(Messages.wire("z1.test").span) else { return "none" }
      let query = Messages.query("www.z1.test", .a, id: 7)
      test.server.hold(
        query.span, HeldQueries.Origin(peer: test.address, local: nil, socket: 0), zone)
      test.directory.removed = [1]
      test.server.apply(
        ZoneID(high: 0, low: 1), TestDirectory.snapshot("another.test", 1, epoch: 9))
      let reply = await test.replies(1).first
      return "\(reply?.id ?? -1) \(reply?.code ?? -1)"
    }
    #expect(outcome == "7 5")
  }

  @Test("what is not found over TCP after all is looked up again, not refused")
  func staleLookup() async {
    let codes = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return []
      }
      defer { test.close() }
      test.send(Messages.query("nested.test", .soa))
      _ = await test.replies(1)
      test.directory.stale = TestDirectory.snapshot("nested.test", 100, epoch: 0)
      let query = Messages.query("www.sub.nested.test", .a)
      stream.send(Messages.word(query.count) + query)
      let replies = await stream.replies(1)
      stream.close()
      return replies.map(\.code)
    }
    #expect(codes == [0])
  }

  @Test("where there are too many zones below one to be told, the directory says whose a name is")
  func untoldZones() async {
    let outcome = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return ["no sockets"]
      }
      defer { test.close() }
      var said: [String] = []
      func note(_ reply: Messages.Response?) {
        said.append("\(reply?.sections[0].first?.content.last ?? 0) \(reply?.code ?? -1)")
      }
      // The upper zone first, then both in memory.
      for name in ["www.many.test", "www.sub.many.test", "www.many.test", "none.many.test"] {
        test.send(Messages.query(name, .a))
        note(await test.replies(1).first)
        let query = Messages.query(name, .a)
        stream.send(Messages.word(query.count) + query)
        note(await stream.replies(1).first)
      }
      // What is not below is answered without asking.
      let lookups = test.directory.lookups
      test.send(Messages.query("many.test", .soa))
      _ = await test.replies(1)
      if test.directory.lookups > lookups { said.append("looked up") }
      stream.close()
      return said
    }
    #expect(
      outcome == ["102 0", "102 0", "103 0", "103 0", "102 0", "102 0", "0 3", "0 3"])
  }

  @Test("a change of zones makes what the directory said be asked again")
  func untoldZonesChange() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.send(Messages.query("www.many.test", .a))
      _ = await test.replies(1)
      let before = test.directory.lookups
      test.directory.meanwhile = { test.server.apply(ZoneID(high: 0, low: 1), nil) }
      test.send(Messages.query("www.many.test", .a))
      let reply = await test.replies(1).first
      return "\(reply?.code ?? -1) \(test.directory.lookups - before)"
    }
    #expect(outcome == "0 2")
  }
}

// The server of one loop, over the loopback interface.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Server", .serialized)
struct ServerTests {
  @Test("a query for a zone that is not in memory is answered when the zone was read, once for all")
  func coldZone() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      for id in 0..<50 { test.send(Messages.query("www.z\(id % 4).test", .a, id: id)) }
      let replies = await test.replies(50)
      guard Set(replies.map(\.id)) == Set(0..<50) else { return "\(replies.count) replies" }
      guard replies.allSatisfy({ $0.sections[0].count == 1 && $0.code == 0 }) else {
        return "wrong"
      }
      return test.server.activeZones == 4 ? "fine" : "\(test.server.activeZones) zones"
    }
    #expect(outcome == "fine")
  }

  @Test("a name of no zone is REFUSED, and a store that can't be read is SERVFAIL")
  func unknownNames() async {
    let codes = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane) else { return [] }
      defer { test.close() }
      test.send(Messages.query("www.elsewhere", .a, id: 1))
      test.send(Messages.query("www.broken", .a, id: 2))
      return await test.replies(2).sorted { $0.id < $1.id }.map(\.code)
    }
    #expect(codes == [5, 2])
  }

  @Test("a query does not wait for all those of another zone that came before it")
  func queue() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      for id in 0..<2 { test.send(Messages.query("www.z\(id).test", .a, id: id)) }
      _ = await test.replies(2)
      // Sent in one piece of work: the server has all of them before it.
      for id in 0..<160 { test.send(Messages.query("www.z0.test", .a, id: id)) }
      test.send(Messages.query("www.z1.test", .a, id: 1_000))
      let ids = await test.replies(161).map(\.id)
      guard Set(ids) == Set(Array(0..<160) + [1_000]) else { return "\(ids.count) replies" }
      // Of each 32 that the socket gives at once 16 wait, at least.
      guard let place = ids.firstIndex(of: 1_000), place <= 150 else { return "\(ids)" }
      return ids.filter { $0 < 160 } == Array(0..<160) ? "fine" : "out of order: \(ids)"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone that changes answers with the change, and one that is gone is gone")
  func changes() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      let name = "www.z1.test"
      test.send(Messages.query(name, .a, id: 1))
      var replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 1] else { return "before" }
      test.server.apply(ZoneID(high: 0, low: 1), TestDirectory.snapshot(1, epoch: 9, address: 99))
      test.send(Messages.query(name, .a, id: 2))
      replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 99] else { return "after" }
      // What an older look-up brings does not undo it.
      test.server.activate(TestDirectory.snapshot(1, epoch: 3, address: 1), lane)
      test.send(Messages.query(name, .a, id: 3))
      replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 99] else { return "undone" }
      test.server.apply(ZoneID(high: 0, low: 1), nil)
      return test.server.activeZones == 0 ? "fine" : "still there"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone below another one answers for its names, whichever is in memory")
  func nestedZones() async {
    let owners = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane) else { return [] }
      defer { test.close() }
      var owners: [String] = []
      for (name, type) in [
        ("nested.test", RecordType.soa), ("www.sub.nested.test", .txt), ("nested.test", .soa),
        ("sub.nested.test", .ds),
      ] {
        test.send(Messages.query(name, type))
        owners.append(await test.replies(1).first?.sections[1].first?.owner ?? "answer")
      }
      return owners
    }
    #expect(owners == ["answer", "sub.nested.test", "answer", "nested.test"])
  }

  @Test("over TCP many queries are answered in order, before and after their zones are read")
  func streams() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      var bytes: [UInt8] = []
      for id in 0..<100 {
        let query = Messages.query(id % 10 == 9 ? "no.where" : "www.z\(id % 3).test", .a, id: id)
        bytes += Messages.word(query.count) + query
      }
      // In pieces that end anywhere.
      for start in stride(from: 0, to: bytes.count, by: 77) {
        stream.send(Array(bytes[start..<min(start + 77, bytes.count)]))
        await Parker(on: lane).yield()
      }
      let replies = await stream.replies(100)
      stream.close()
      guard replies.map(\.id) == Array(0..<100) else { return "\(replies.map(\.id))" }
      await lane.wait { test.server.connectionCount == 0 }
      return replies.filter { $0.code == 5 }.count == 10 ? "fine" : "wrong codes"
    }
    #expect(outcome == "fine")
  }

  @Test(
    "like responses beyond the rate are truncated or dropped, and a cookie or TCP is let through")
  func rates() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane, perSecond: 5) else { return "no sockets" }
      defer { test.close() }
      test.send(
        Messages.query(
          "www.z1.test", .a, payload: 1_232, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]))
      guard let option = await test.replies(1).first?.opt?.content else { return "no cookie" }
      let began = lane.loop.now.nanoseconds / 1_000_000_000
      for round in 1...10 {
        // What waits for a zone's turn is bounded, and so is what the kernel keeps.
        for id in 0..<40 { test.send(Messages.query("r\(id).z1.test", .a, id: id)) }
        await lane.wait { test.server.counters.answered >= 1 + 40 * round }
      }
      let first = await test.replies(1, atLeast: true)
      let whole = first.filter { !$0.isTruncated }.count
      let counters = test.server.counters
      // Each second that has begun has its own five.
      let seconds = Int(lane.loop.now.nanoseconds / 1_000_000_000 - began) + 1
      let (cut, held) = (counters.truncatedByRate, counters.droppedByRate)
      guard whole <= 5 * seconds + 1, cut + held >= UInt64(max(0, 400 - 5 * seconds)),
        cut.distance(to: held).magnitude <= seconds + 1
      else { return "\(whole) \(counters) in \(seconds) s" }
      for id in 1_000..<1_050 {
        test.send(Messages.query("r\(id).z1.test", .a, id: id, payload: 1_232, options: option))
      }
      var proven: [Messages.Response] = []
      while proven.count < 50 { proven += await test.replies(1).filter { $0.id >= 1_000 } }
      return proven.contains { $0.isTruncated } ? "truncated" : "fine"
    }
    #expect(outcome == "fine")
  }
}

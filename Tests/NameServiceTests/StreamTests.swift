// Connections that ask for much, or do little.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Connections", .serialized)
struct StreamTests {
  private static func framed(_ query: [UInt8]) -> [UInt8] { Messages.word(query.count) + query }

  @Test(
    "pipelined queries are all answered, however much the responses are", arguments: [1, 8, 40])
  func pipelinedLongResponses(count: Int) async {
    let ids = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return []
      }
      defer { test.close() }
      test.send(Messages.query("www.z1.test", .a))
      _ = await test.replies(1)
      var bytes: [UInt8] = []
      for id in 0..<count { bytes += Self.framed(Messages.query("long.z1.test", .txt, id: id)) }
      stream.send(bytes)
      let replies = await stream.replies(count)
      stream.close()
      return replies.filter { $0.sections[0].count == 1 }.map(\.id)
    }
    #expect(ids == Array(0..<count))
  }

  @Test("at the limit the connection goes whose last query is the longest ago, not the new one")
  func limit() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.server.streams.limit = 3
      let query = Self.framed(Messages.query("www.z1.test", .a))
      var streams: [TestStream] = []
      // The first one asks again before the fourth comes.
      for number in 0..<4 {
        guard let stream = TestStream(lane, to: test.server) else { return "no sockets" }
        streams.append(stream)
        stream.send(query)
        _ = await stream.replies(1)
        guard number == 2 else { continue }
        streams[0].send(query)
        _ = await streams[0].replies(1)
      }
      await lane.wait { streams[1].hasEnded }
      defer { for stream in streams { stream.close() } }
      return "\(test.server.connectionCount) \(streams.map(\.hasEnded))"
    }
    #expect(outcome == "3 [false, true, false, false]")
  }

  @Test("what waits is bounded for all connections together: who takes nothing goes first")
  func waitingBytes() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.server.streams.limitBytes = 100_000
      guard let idle = TestStream(lane, to: test.server),
        let greedy = TestStream(lane, to: test.server)
      else { return "no sockets" }
      let query = Self.framed(Messages.query("www.z1.test", .a))
      idle.send(query)
      _ = await idle.replies(1)
      greedy.takesNothing = true
      for id in 0..<2_000 { greedy.send(Self.framed(Messages.query("long.z1.test", .txt, id: id))) }
      await lane.wait { test.server.connectionCount <= 1 }
      idle.send(query)
      let replies = await idle.replies(1)
      idle.close()
      greedy.close()
      return "\(replies.count) \(test.server.streams.waitingBytes)"
    }
    #expect(outcome == "1 0")
  }

  @Test("a refusal over TCP is paid by its source, not by the zone that was asked before")
  func refusalsArePaidBySource() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      stream.send(Self.framed(Messages.query("www.z1.test", .a)))
      _ = await stream.replies(1)
      guard let served = test.server.streams.longestIdle else { return "no connection" }
      let before = served.lane.name
      var names = [before]
      for name in ["no.where", "www.z1.test"] {
        stream.send(Self.framed(Messages.query(name, .a)))
        _ = await stream.replies(1)
        names.append(String(served.lane.name.prefix(7)))
      }
      stream.send(Self.framed(Messages.query("www.z1.test", RecordType(rawValue: 254))))
      _ = await stream.replies(1)
      names.append(String(served.lane.name.prefix(7)))
      stream.close()
      return names.joined(separator: " ")
    }
    #expect(outcome == "tenant arrival tenant arrival")
  }

  @Test("a query that is longer than any of ours could be ends the connection")
  func longQuery() async {
    let hasEnded = await SharedRuntime.run { lane -> Bool in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return false
      }
      defer { test.close() }
      stream.send([0xff, 0xff] + Array(repeating: 0, count: 8_000))
      await lane.wait { stream.hasEnded }
      stream.close()
      return true
    }
    #expect(hasEnded)
  }

  @Test("a server that drains answers what has come, and closes busy and idle connections")
  func draining() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let idle = TestStream(lane, to: test.server),
        let busy = TestStream(lane, to: test.server)
      else { return "no sockets" }
      defer { test.close() }
      let query = Self.framed(Messages.query("www.z1.test", .a))
      for stream in [idle, busy] {
        stream.send(query)
        _ = await stream.replies(1)
      }
      // One that is under way, and one that is not whole.
      busy.send(Self.framed(Messages.query("www.z2.test", .a)) + [0])
      await lane.wait { test.directory.lookups >= 2 }
      test.server.drain()
      let replies = await busy.replies(1)
      await lane.wait { test.server.connectionCount == 0 }
      for stream in [idle, busy] { stream.close() }
      return "\(replies.map(\.code))"
    }
    #expect(outcome == "[0]")
  }

  @Test("only a whole query keeps a connection open: single bytes do not")
  func slowQueries() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      let parker = Parker(on: lane)
      let query = Self.framed(Messages.query("www.z1.test", .a))
      stream.send(query)
      _ = await stream.replies(1)
      guard let served = test.server.streams.longestIdle else { return "no connection" }
      let first = served.deadline
      for byte in query.dropLast() {
        stream.send([byte])
        await parker.yield()
      }
      await lane.wait { served.lane.ledger.bytesIn >= UInt64(query.count - 1) }
      guard served.deadline == first else { return "bytes count" }
      stream.send([query[query.count - 1]])
      _ = await stream.replies(1)
      stream.close()
      return served.deadline > first ? "fine" : "queries do not count"
    }
    #expect(outcome == "fine")
  }
}

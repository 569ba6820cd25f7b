// Keep-alive connections: reuse, staleness, retries.

import Exchange
import Origin
import Primitives
import Runtime
import Synchronization
import Testing

@Suite("Reuse of connections to origins")
struct ReuseTests {
  private static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

  @Test("exchanges one after the other share one connection")
  func reuse() async throws {
    let server = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil { connection.send(Self.hello) }
    }
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for _ in 0..<5 { answers.append(await OriginFixture().run(origin, parker)) }
      origin.close()
      return answers
    }
    #expect(answers == Array(repeating: .response(200, "hello"), count: 5))
    #expect(await server.connectionCount == 1)
  }

  @Test("a connection that the origin closed while it was idle is not used again")
  func closedWhileIdle() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send(Self.hello)
      connection.close()
      connection.note("closed")
    }
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for count in 1...3 {
        answers.append(await OriginFixture(method: "POST").run(origin, parker))
        _ = await server.notes(count)
      }
      return answers
    }
    #expect(answers == Array(repeating: .response(200, "hello"), count: 3))
    #expect(await server.connectionCount == 3)
  }

  @Test("nothing is received to find out whether an idle connection may be used again")
  func unread() async throws {
    let hasSent = Flag()
    let server = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil {
        connection.send(Self.hello)
        guard connection.index == 0 else { continue }
        // Behind the response, for a connection that is idle by then.
        await connection.drain()
        connection.send("surplus")
        hasSent.raise()
      }
    }
    let received = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      _ = await OriginFixture().run(origin, parker)
      // The loop does not look at epoll before the next request.
      while !hasSent.isRaised {}
      let before = lane.ledger.bytesIn
      _ = await OriginFixture(method: "POST").run(origin, parker)
      origin.close()
      return lane.ledger.bytesIn - before
    }
    #expect(received == UInt64(Self.hello.utf8.count))
    #expect(await server.connectionCount == 2)
  }

  @Test(
    "a stale connection is replaced for an idempotent request only",
    arguments: [("GET", true), ("PUT", true), ("POST", false)])
  func stale(method: String, isRetried: Bool) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send(Self.hello)
      // The second request comes, and is not answered.
      if connection.index == 0 { _ = await connection.head() } else { _ = await connection.end() }
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      _ = await OriginFixture().run(origin, parker)
      let answer = await OriginFixture(method: method).run(origin, parker)
      origin.close()
      return answer
    }
    #expect(answer == (isRetried ? .response(200, "hello") : .failed(.connectionTerminated)))
    #expect(await server.connectionCount == (isRetried ? 2 : 1))
  }

  @Test("an idempotent request that a new connection did not answer is not sent again")
  func unanswered() async throws {
    let server = try await ScriptedOrigin.start { connection in _ = await connection.head() }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address, server.address], lane: lane)
      return await OriginFixture().run(origin, Parker(on: lane))
    }
    #expect(answer == .failed(.connectionTerminated))
    #expect(await server.connectionCount == 1)
  }

  @Test("what an origin sends behind its response ends the connection")
  func surplus() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send(Self.hello + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
      _ = await connection.end()
    }
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      return [
        await OriginFixture().run(origin, parker), await OriginFixture().run(origin, parker),
      ]
    }
    #expect(answers == [.response(200, "hello"), .response(200, "hello")])
    #expect(await server.connectionCount == 2)
  }

  @Test("Connection: close is obeyed")
  func close() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")
      let (end, _) = await connection.end()
      connection.note(end.rawValue)
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      return await OriginFixture().run(origin, Parker(on: lane))
    }
    #expect(answer == .response(200, "hi"))
    #expect(await server.notes(1) == ["end"])
  }

  @Test("idle connections are closed after their time, and all of them with the zone")
  func idle() async throws {
    let server = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil { connection.send(Self.hello) }
      connection.note("closed")
    }
    await SharedRuntime.run { lane in
      var policy = OriginPolicy()
      policy.idleTimeout = .milliseconds(30)
      let origin = OriginFixture.make([server.address], lane: lane, policy: policy)
      _ = await OriginFixture().run(origin, Parker(on: lane))
      _ = await Parker(on: lane).park(until: lane.loop.now + .milliseconds(120))
    }
    #expect(await server.notes(1) == ["closed"])
    await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      _ = await OriginFixture().run(origin, Parker(on: lane))
      origin.close()
    }
    #expect(await server.notes(2) == ["closed", "closed"])
  }
}

/// Tells another thread that something has happened.
private final class Flag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .acquiring) }

  func raise() { value.store(true, ordering: .releasing) }
}

// Interim responses, upgrades, timeouts, cancellation, bounds, ejection over real sockets.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime
import Testing

@Suite("Exchanges with origins")
struct LifecycleTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test("103 reaches the client, 100 does not, and the final response follows")
  func interim() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n"
          + "Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n\r\n")
      await connection.yield()
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let seen = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let fetch = OriginFixture().fetch(Parker(on: lane))
      var seen: [String] = []
      fetch.interim = {
        seen.append("\($0.status) \($0.fields.text(.link) ?? "") \($0.fields.count)")
      }
      seen.append("\(await OriginFixture.answer(origin, fetch))")
      origin.close()
      return seen
    }
    // Link and Via: what ends at this hop went no further.
    #expect(seen == ["103 </a> 2", "200 ok"])
  }

  @Test("a head that comes in pieces is one head")
  func pieces() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      for piece in [
        "HTTP/1.1 404 Not", " Found\r\nLink: </a>\r\nContent-", "Length: 2\r\n\r", "\nno",
      ] {
        connection.send(piece)
        for _ in 0..<20 { await connection.yield() }
      }
      _ = await connection.end()
    }
    let seen = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      defer { origin.close() }
      do throws(Failure) {
        let response = try await origin.fetch(OriginFixture().fetch(Parker(on: lane)))
        return "\(response.head.status) \(response.head.fields.text(.link) ?? "")"
      } catch {
        return "\(error.kind)"
      }
    }
    #expect(seen == "404 </a>")
  }

  @Test("an origin that sends interim responses without end is refused")
  func endlessInterim() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      for _ in 0..<40 { connection.send("HTTP/1.1 102 Processing\r\n\r\n") }
      _ = await connection.end()
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      return await OriginFixture().run(origin, Parker(on: lane))
    }
    #expect(answer == .failed(.responseInvalid))
  }

  @Test("the body waits for 100 (Continue) when the client expects it")
  func expect() async throws {
    let server = try await ScriptedOrigin.start { connection in
      let head = await connection.head() ?? ""
      connection.note("\(head.contains("Expect: 100-continue\r\n"))")
      await connection.yield()
      connection.send("HTTP/1.1 100 Continue\r\n\r\n")
      connection.note(await connection.read(5) ?? "")
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let fixture = OriginFixture(method: "POST", fields: [("Expect", "100-continue")])
      let answer = await fixture.run(
        origin, Parker(on: lane), body: ListBody(["hello"]), length: 5)
      origin.close()
      return answer
    }
    #expect(answer == .response(200, "ok"))
    #expect(await server.notes(2) == ["true", "hello"])
  }

  @Test("a refusal instead of 100 (Continue) saves the body")
  func expectRefused() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
      connection.note(await connection.end().1)
    }
    let body = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let fixture = OriginFixture(method: "POST", fields: [("Expect", "100-continue")])
      let answer = await fixture.run(
        origin, Parker(on: lane), body: ListBody(["hello"]), length: 5)
      return "\(answer)"
    }
    #expect(body == "401 ")
    #expect(await server.notes(1) == [""])
  }

  @Test("after 101 both directions are raw, until both have ended")
  func upgrade() async throws {
    let server = try await ScriptedOrigin.start { connection in
      let head = await connection.head() ?? ""
      let isAsked =
        head.contains("Connection: upgrade\r\n") && head.contains("Upgrade: websocket\r\n")
      connection.note("\(isAsked)")
      connection.send(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n")
      connection.send("\r\nwelcome ")
      let question = await connection.read(4) ?? ""
      connection.send("you said \(question)")
      let (end, _) = await connection.end()
      connection.note(end.rawValue)
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let fixture = OriginFixture(fields: [("Connection", "upgrade"), ("Upgrade", "websocket")])
      let fetch = fixture.fetch(Parker(on: lane))
      fetch.upgradedInput = ListBody(["pi", "ng"])
      return await OriginFixture.answer(origin, fetch)
    }
    #expect(answer == .response(101, "welcome you said ping"))
    #expect(await server.notes(2) == ["true", "end"])
  }

  @Test("101 without being asked is refused")
  func upgradeUnasked() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\n\r\n")
      _ = await connection.end()
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      return await OriginFixture().run(origin, Parker(on: lane))
    }
    #expect(answer == .failed(.responseInvalid))
  }

  @Test("a silent origin is given up, before and within its response", arguments: [false, true])
  func timeouts(isWithin: Bool) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      if isWithin { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi") }
      connection.note(await connection.end().0.rawValue)
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.timeouts.firstByte = isWithin ? .seconds(60) : .milliseconds(30)
        $0.timeouts.idle = .milliseconds(30)
      }
      return await OriginFixture().run(origin, Parker(on: lane))
    }
    #expect(
      answer == (isWithin ? .broken(200, .connectionReadTimeout) : .failed(.connectionReadTimeout)))
    #expect(await server.notes(1) == ["reset"])
  }

  @Test("a fetch that is cancelled is a broken request for the origin", arguments: [false, true])
  func cancellation(isWithin: Bool) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      if isWithin { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi") }
      connection.note("asked")
      connection.note(await connection.end().0.rawValue)
    }
    let kind = await SharedRuntime.run { lane -> Failure.Kind? in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      do throws(Failure) {
        if !isWithin { lane.start { await Self.cancel(parker, after: server) } }
        let response = try await origin.fetch(OriginFixture().fetch(parker))
        lane.start { await Self.cancel(parker, after: server) }
        _ = try await response.text(parker)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(kind == .clientAborted)
    #expect(await server.notes(2) == ["asked", "reset"])
  }

  private static func cancel(_ parker: Parker, after server: ScriptedOrigin) async {
    _ = await server.notes(1)
    parker.cancel()
  }

  @Test("exchanges beyond the bound wait for a connection, in order, and then get it")
  func waiting() async throws {
    let server = try await ScriptedOrigin.start { connection in
      while let head = await connection.head() {
        connection.note(String(head.prefix(6)))
        await connection.yield()
        connection.send(Self.ok)
      }
    }
    let answers = await SharedRuntime.run { lane in
      var policy = OriginPolicy()
      policy.connectionsPerOrigin = 1
      let origin = OriginFixture.make([server.address], lane: lane, policy: policy)
      let answers = Answers()
      for index in 0..<4 {
        lane.start {
          let answer = await OriginFixture(path: "/\(index)").run(origin, Parker(on: lane))
          answers.list.append(answer)
        }
      }
      let parker = Parker(on: lane)
      let end = SystemClock.monotonic + .seconds(60)
      while answers.list.count < 4 && SystemClock.monotonic < end { await parker.yield() }
      origin.close()
      return answers.list
    }
    #expect(answers == Array(repeating: .response(200, "ok"), count: 4))
    #expect(await server.notes(4) == ["GET /0", "GET /1", "GET /2", "GET /3"])
    #expect(await server.connectionCount == 1)
  }

  @Test("an exchange that waits too long is refused", arguments: [0, 8])
  func waitingTooLong(queue: Int) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      _ = await connection.end()
    }
    let answer = await SharedRuntime.run { lane in
      var policy = OriginPolicy()
      policy.connectionsPerZone = 1
      policy.waitingExchanges = queue
      policy.waitTimeout = .milliseconds(20)
      let origin = OriginFixture.make([server.address], lane: lane, policy: policy)
      let first = Parker(on: lane)
      lane.start { _ = await OriginFixture().run(origin, first) }
      let parker = Parker(on: lane)
      await parker.yield()
      let answer = await OriginFixture().run(origin, parker)
      first.cancel()
      return answer
    }
    #expect(answer == .failed(.connectionLimitReached))
  }

  @Test("a refused connection goes on to the next origin, and the dead one is ejected")
  func ejection() async throws {
    let live = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil { connection.send(Self.ok) }
    }
    let dead = try await ScriptedOrigin.start { _ in }
    await dead.stop()
    let (answers, counts) = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([dead.address, live.address], lane: lane)
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for _ in 0..<12 {
        answers.append(await OriginFixture(method: "POST").run(origin, parker))
      }
      origin.close()
      return (answers, origin.counts)
    }
    #expect(answers == Array(repeating: .response(200, "ok"), count: 12))
    #expect(counts.retries == 3)
  }

  @Test("origins get requests by their weights")
  func weights() async throws {
    let servers = [
      try await ScriptedOrigin.start { connection in
        while await connection.head() != nil { connection.send(Self.ok) }
      },
      try await ScriptedOrigin.start { connection in
        while await connection.head() != nil {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno")
        }
      },
    ]
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make(servers.map(\.address), lane: lane, weights: [3, 1])
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for _ in 0..<8 { answers.append(await OriginFixture().run(origin, parker)) }
      origin.close()
      return answers
    }
    #expect(answers.filter { $0 == .response(200, "ok") }.count == 6)
    #expect(answers.filter { $0 == .response(200, "no") }.count == 2)
  }

  @Test("names are looked up beside the loop")
  func names() async throws {
    let server = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil { connection.send(Self.ok) }
    }
    let answers = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for host in ["localhost", "no-such-name.invalid"] {
        let origin = OriginFixture.make([server.address], lane: lane) { $0.host = host }
        answers.append(await OriginFixture().run(origin, parker))
        origin.close()
      }
      return answers
    }
    #expect(answers == [.response(200, "ok"), .failed(.dnsError)])
  }
}

/// Answers of several tasks of one lane.
private final class Answers: @unchecked Sendable {
  // Confined to the loop of the test that made it.
  var list: [OriginFixture.Answer] = []
}

// HTTP/2 to origins.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime
import TLS
import Testing

@Suite("HTTP/2 to origins")
struct HTTP2Tests {
  private static func start() async throws -> ScriptedOrigin {
    let tls = try ScriptedTLS(names: ["origin.test"], protocols: [.http2, .http11])
    return try await ScriptedOrigin.start(tls: tls) { connection in
      if connection.applicationProtocol == .http2 {
        await ScriptedHTTP2.serve(connection)
      } else {
        while await connection.head() != nil {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none")
        }
      }
    }
  }

  private static func ask(
    _ server: ScriptedOrigin, _ fixtures: [OriginFixture], policy: OriginPolicy = OriginPolicy(),
    body: @escaping @Sendable () -> ListBody? = { nil }, length: UInt64? = nil
  ) async -> [OriginFixture.Answer] {
    await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane, policy: policy) {
        $0.scheme = .https
        $0.verifiesCertificate = false
        $0.timeouts.firstByte = .seconds(5)
      }
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for fixture in fixtures {
        answers.append(await fixture.run(origin, parker, body: body(), length: length))
      }
      origin.close()
      return answers
    }
  }

  @Test("a request goes as HTTP/2 wants it, several over one connection")
  func plain() async throws {
    let server = try await Self.start()
    let fixture = OriginFixture(path: "/a?b", fields: [("Accept", "*/*"), ("Connection", "x")])
    let answers = await Self.ask(server, [fixture, fixture])
    let fields =
      ":method=GET :scheme=https :authority=example.com :path=/a?b accept=*/* via=1.1 skerry "
      + "cdn-loop=skerry x-forwarded-for=192.0.2.7 "
      + "forwarded=for=192.0.2.7;proto=http;host=example.com x-forwarded-proto=http "
      + "x-forwarded-host=example.com x-request-id=0000000000abcdef"
    #expect(answers == [.response(200, fields), .response(200, fields)])
    #expect(await server.connectionCount == 1)
  }

  @Test("content that waits counts for the zone; without room for it a little comes at a time")
  func counted() async throws {
    let server = try await Self.start()
    let (count, most, left) = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.scheme = .https
        $0.verifiesCertificate = false
      }
      let tenant = TestTenant(hasOutputRoom: false)
      origin.tenant = tenant
      let parker = Parker(on: lane)
      let answer = await OriginFixture(path: "/large").run(origin, parker)
      origin.close()
      var count = 0
      if case .response(200, let text) = answer { count = text.utf8.count }
      return (count, tenant.mostWaitingBytes, tenant.waitingBytes)
    }
    #expect(count == 4 << 20)
    #expect(most > 0 && most <= 64 << 10)
    #expect(left == 0)
    await server.stop()
  }

  @Test("a policy can keep to HTTP/1.1, and so does an upgrade")
  func http11() async throws {
    let server = try await Self.start()
    var policy = OriginPolicy()
    policy.allowsHTTP2 = false
    #expect(
      await Self.ask(server, [OriginFixture()], policy: policy) == [.response(200, "one")])
  }

  @Test("an origin that wants HTTP/1.1 for a request gets it")
  func http11Required() async throws {
    let server = try await Self.start()
    #expect(
      await Self.ask(server, [OriginFixture(path: "/http11")]) == [.response(200, "one")])
  }

  @Test("uploads come whole: small, streamed, larger than every window", arguments: [0, 1, 2])
  func uploads(kind: Int) async throws {
    let server = try await Self.start()
    let total = 4 << 20
    let answers: [OriginFixture.Answer]
    switch kind {
    case 0:
      answers = await Self.ask(
        server, [OriginFixture(method: "POST", path: "/echo")],
        body: { ListBody(["he", "llo"]) }, length: 5)
      #expect(answers == [.response(200, "hello")])
    case 1:
      answers = await Self.ask(
        server, [OriginFixture(method: "POST", path: "/echo")],
        body: { ListBody(["he", "llo"]) })
      #expect(answers == [.response(200, "hello")])
    default:
      answers = await Self.ask(
        server, [OriginFixture(method: "PUT", path: "/size")],
        body: { ListBody(repeating: 120, count: total, pieceBytes: 1 << 15) },
        length: UInt64(total))
      #expect(answers == [.response(200, "\(total)")])
    }
  }

  @Test("a body of 4 MiB comes whole")
  func large() async throws {
    let server = try await Self.start()
    let answers = await Self.ask(server, [OriginFixture(path: "/large")])
    #expect(answers == [.response(200, String(repeating: "x", count: 4 << 20))])
  }

  @Test("what was not processed is asked again, even a POST", arguments: ["/refused", "/goaway"])
  func refused(path: String) async throws {
    let server = try await Self.start()
    let answers = await Self.ask(server, [OriginFixture(method: "POST", path: path)])
    guard case .response(200, let text) = answers[0] else {
      // GOAWAY with NO_ERROR names the stream as processed: no answer will come.
      #expect(path == "/goaway")
      return
    }
    #expect(text.hasPrefix(":method=POST"))
    #expect(await server.connectionCount == 2)
  }

  @Test("a stream that is reset in its content is an incomplete response")
  func truncated() async throws {
    let server = try await Self.start()
    let answers = await Self.ask(server, [OriginFixture(path: "/truncated")])
    #expect(
      answers == [.broken(200, .responseIncomplete)]
        || answers == [.failed(.connectionTerminated)])
  }

  @Test("a broken upload and a silent origin end in RST_STREAM, the connection stands")
  func resets() async throws {
    let server = try await Self.start()
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.scheme = .https
        $0.verifiesCertificate = false
        $0.timeouts.firstByte = .seconds(2)
      }
      let parker = Parker(on: lane)
      let broken = await OriginFixture(method: "POST", path: "/echo").run(
        origin, parker, body: ListBody(["some", "thing"], ending: .failure))
      let next = await OriginFixture(path: "/size").run(origin, parker)
      let silent = await OriginFixture(path: "/silent").run(origin, parker)
      origin.close()
      return [broken, next, silent]
    }
    #expect(
      answers == [.failed(.clientAborted), .response(200, "0"), .failed(.connectionReadTimeout)])
    // CANCEL (RFC 9113 section 7), twice, and then the end.
    #expect(await server.notes(3) == ["closed by 8", "closed by 8", "closed"])
    #expect(await server.connectionCount == 1)
  }

  @Test("many exchanges at once share one connection")
  func concurrent() async throws {
    let server = try await Self.start()
    let answers = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.scheme = .https
        $0.verifiesCertificate = false
      }
      let parker = Parker(on: lane)
      _ = await OriginFixture(path: "/size").run(origin, parker)
      let answers = ConcurrentAnswers()
      for _ in 0..<300 {
        lane.start {
          let answer = await OriginFixture(path: "/size").run(origin, Parker(on: lane))
          answers.list.append(answer)
        }
      }
      let end = SystemClock.monotonic + .seconds(60)
      while answers.list.count < 300 && SystemClock.monotonic < end { await parker.yield() }
      origin.close()
      return answers.list
    }
    #expect(answers == Array(repeating: .response(200, "0"), count: 300))
    #expect(await server.connectionCount <= 3)
  }
}

/// Answers of several tasks of one lane.
private final class ConcurrentAnswers: @unchecked Sendable {
  // Confined to the loop of the test that made it.
  var list: [OriginFixture.Answer] = []
}

// TLS to origins.

import Exchange
import Origin
import Primitives
import Runtime
import TLS
import Testing

@Suite("TLS to origins")
struct SecurityTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static func ask(
    _ server: ScriptedOrigin, times: Int = 1, policy: OriginPolicy = OriginPolicy(),
    _ change: @escaping @Sendable (inout OriginConfiguration) -> Void
  ) async -> [OriginFixture.Answer] {
    await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane, policy: policy) {
        $0.scheme = .https
        change(&$0)
      }
      let parker = Parker(on: lane)
      var answers: [OriginFixture.Answer] = []
      for _ in 0..<times { answers.append(await OriginFixture().run(origin, parker)) }
      origin.close()
      return answers
    }
  }

  @Test("a verified origin is asked over one connection, many times")
  func verified() async throws {
    let tls = try ScriptedTLS(names: ["origin.test"])
    let server = try await ScriptedOrigin.start(tls: tls) { connection in
      while await connection.head() != nil { connection.send(Self.ok) }
    }
    let answers = await Self.ask(server, times: 4) {
      $0.serverName = "origin.test"
      $0.certificateAuthority = tls.authorityPEM
    }
    #expect(answers == Array(repeating: .response(200, "ok"), count: 4))
    #expect(await server.connectionCount == 1)
  }

  @Test("the next connection takes the session up again")
  func resumption() async throws {
    let tls = try ScriptedTLS(names: ["origin.test"])
    let server = try await ScriptedOrigin.start(tls: tls) { connection in
      _ = await connection.head()
      connection.note("\(connection.isResumed)")
      connection.send(Self.ok)
      _ = await connection.end()
    }
    var policy = OriginPolicy()
    policy.exchangesPerConnection = 1
    let answers = await Self.ask(server, times: 2, policy: policy) {
      $0.serverName = "origin.test"
      $0.certificateAuthority = tls.authorityPEM
    }
    #expect(answers == Array(repeating: .response(200, "ok"), count: 2))
    #expect(await server.notes(2) == ["false", "true"])
  }

  @Test(
    "a certificate for another name, or of a strange authority, is refused", arguments: [0, 1, 2])
  func refused(reason: Int) async throws {
    let tls = try ScriptedTLS(names: ["origin.test"])
    let stranger = try ScriptedTLS(names: ["origin.test"])
    let server = try await ScriptedOrigin.start(tls: tls) { connection in
      connection.note("asked")
    }
    let answers = await Self.ask(server) {
      $0.serverName = reason == 0 ? "other.test" : "origin.test"
      // The third one trusts the system's authorities.
      if reason < 2 {
        $0.certificateAuthority = reason == 0 ? tls.authorityPEM : stranger.authorityPEM
      }
    }
    #expect(answers == [.failed(.tlsCertificateError)])
    #expect(await server.connectionCount == 1, "the certificate would be the same again")
  }

  @Test("verification can be switched off in so many words")
  func unverified() async throws {
    let server = try await ScriptedOrigin.start(tls: try ScriptedTLS(names: ["origin.test"])) {
      _ = await $0.head()
      $0.send(Self.ok)
      _ = await $0.end()
    }
    #expect(await Self.ask(server) { $0.verifiesCertificate = false } == [.response(200, "ok")])
  }

  @Test("an origin that speaks no TLS is told from one that can't be reached")
  func plain() async throws {
    let server = try await ScriptedOrigin.start { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      _ = await connection.end()
    }
    #expect(await Self.ask(server) { _ in } == [.failed(.tlsProtocolError)])
  }

  @Test("a body until close is complete with close_notify only", arguments: [false, true])
  func untilClose(saysGoodbye: Bool) async throws {
    let tls = try ScriptedTLS(names: ["origin.test"])
    let server = try await ScriptedOrigin.start(tls: tls) { connection in
      _ = await connection.head()
      connection.send("HTTP/1.0 200 OK\r\n\r\nhello")
      if saysGoodbye { connection.sayGoodbye() }
    }
    let answers = await Self.ask(server) { $0.verifiesCertificate = false }
    #expect(
      answers == [saysGoodbye ? .response(200, "hello") : .broken(200, .responseIncomplete)])
  }

  @Test("a body of 4 MiB comes through TLS whole")
  func large() async throws {
    let total = 4 << 20
    let server = try await ScriptedOrigin.start(tls: try ScriptedTLS(names: ["origin.test"])) {
      _ = await $0.head()
      $0.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      for _ in 0..<64 {
        $0.send(ScriptedConnection.pattern)
        await $0.drain()
      }
      _ = await $0.end()
    }
    let count = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.scheme = .https
        $0.verifiesCertificate = false
      }
      let parker = Parker(on: lane)
      do throws(Failure) {
        let response = try await origin.fetch(OriginFixture().fetch(parker))
        guard case .stream(let source) = response.body else { return -1 }
        var count = 0
        while let piece = try await source.next(parker) {
          guard ScriptedConnection.isPattern(piece, at: count) else { return -2 }
          count += piece.count
        }
        origin.close()
        return count
      } catch {
        return -3
      }
    }
    #expect(count == total)
  }

  @Test("a large upload arrives through TLS whole")
  func upload() async throws {
    let total = 2 << 20
    let server = try await ScriptedOrigin.start(tls: try ScriptedTLS(names: ["origin.test"])) {
      _ = await $0.head()
      $0.note("\(await $0.drop(total))")
      $0.send(Self.ok)
      _ = await $0.end()
    }
    let answer = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane) {
        $0.scheme = .https
        $0.verifiesCertificate = false
      }
      let answer = await OriginFixture(method: "PUT").run(
        origin, Parker(on: lane), body: ListBody(repeating: 120, count: total, pieceBytes: 1 << 15),
        length: UInt64(total))
      origin.close()
      return answer
    }
    #expect(answer == .response(200, "ok"))
    #expect(await server.notes(1) == ["\(total)"])
  }
}

// Bodies both ways, and what breaks off.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime
import Testing

@Suite("Bodies to and from origins")
struct BodyTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static func ask(
    _ fixture: OriginFixture = OriginFixture(), _ server: ScriptedOrigin,
    body: @escaping @Sendable () -> ListBody? = { nil }, length: UInt64? = nil,
    _ change: @escaping @Sendable (inout OriginConfiguration) -> Void = { _ in }
  ) async -> OriginFixture.Answer {
    return await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane, change)
      let answer = await fixture.run(origin, Parker(on: lane), body: body(), length: length)
      origin.close()
      return answer
    }
  }

  @Test("a body of 4 MiB comes through whole, whatever its framing", arguments: [0, 1, 2])
  func large(framing: Int) async throws {
    let total = 4 << 20
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      switch framing {
      case 0: connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      case 1: connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      default: connection.send("HTTP/1.0 200 OK\r\n\r\n")
      }
      for _ in 0..<64 {
        if framing == 1 { connection.send("10000\r\n") }
        connection.send(ScriptedConnection.pattern)
        if framing == 1 { connection.send("\r\n") }
        await connection.drain()
      }
      if framing == 1 { connection.send("0\r\n\r\n") }
      await connection.drain()
    }
    let count = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
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

  @Test("tiny chunks, extensions and trailers are understood")
  func chunks() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r")
      await connection.yield()
      connection.send("\nbc\r\n3\r\ndef\r\n0\r\nX-Sum: 6\r\n\r\n")
      _ = await connection.end()
    }
    let (text, trailer) = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      do throws(Failure) {
        let response = try await origin.fetch(OriginFixture().fetch(parker))
        guard case .stream(let source) = response.body else { return ("no stream", "") }
        let text = try await source.text(parker)
        var trailer: [UInt8] = []
        source.trailers?.withValue(at: 0) { trailer.append($0) }
        origin.close()
        return (text, String(decoding: trailer, as: UTF8.self))
      } catch {
        return ("\(error)", "")
      }
    }
    #expect(text == "abcdef")
    #expect(trailer == "6")
  }

  @Test("a response of 30,000 chunks of a byte comes in some pieces, each in a turn of its own")
  func singleBytes() async throws {
    let total = 30_000
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.send(String(repeating: "1\r\nx\r\n", count: total) + "0\r\n\r\n")
      _ = await connection.end()
    }
    let (count, pieces, wasted, jobs) = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let parker = Parker(on: lane)
      do throws(Failure) {
        let response = try await origin.fetch(OriginFixture().fetch(parker))
        guard case .stream(let source) = response.body else { return (-1, 0, 0, 0 as UInt64) }
        var (count, pieces, wasted) = (0, 0, 0)
        let before = lane.ledger.jobs
        while let piece = try await source.next(parker) {
          count += piece.count
          pieces += 1
          if piece.retainedBytes > 2 * piece.count { wasted += 1 }
        }
        origin.close()
        return (count, pieces, wasted, lane.ledger.jobs - before)
      } catch {
        return (-2, 0, 0, 0)
      }
    }
    #expect(count == total)
    #expect(pieces < total / 200)
    #expect(wasted <= 1)
    // But for what came with the head.
    #expect(jobs >= UInt64(total - 2_800) / 512)
  }

  @Test("an upload of many pieces gives way to others now and then")
  func manyPieces() async throws {
    let total = 10_000
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      _ = await connection.read(until: "0\r\n\r\n")
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let jobs = await SharedRuntime.run { lane in
      let origin = OriginFixture.make([server.address], lane: lane)
      let before = lane.ledger.jobs
      _ = await OriginFixture(method: "POST").run(
        origin, Parker(on: lane), body: ListBody(repeating: 120, count: total, pieceBytes: 1))
      origin.close()
      return lane.ledger.jobs - before
    }
    #expect(jobs >= UInt64(total / 64))
  }

  @Test("a small body leaves with its head, framed by its length")
  func smallUpload() async throws {
    let server = try await ScriptedOrigin.start { connection in
      let head = await connection.head() ?? ""
      let body = await connection.read(5) ?? ""
      connection.note(head.contains("Content-Length: 5\r\n") ? body : head)
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let answer = await Self.ask(
      OriginFixture(method: "POST"), server, body: { ListBody(["he", "llo"]) }, length: 5)
    #expect(answer == .response(200, "ok"))
    #expect(await server.notes(1) == ["hello"])
  }

  @Test("a body of unknown length is sent in chunks, with its trailers")
  func chunkedUpload() async throws {
    let server = try await ScriptedOrigin.start { connection in
      let head = await connection.head() ?? ""
      connection.note("\(head.contains("Transfer-Encoding: chunked\r\n"))")
      connection.note(await connection.read(until: "X-Sum: 5\r\n\r\n") ?? "broken")
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let answer = await Self.ask(
      OriginFixture(method: "POST"), server,
      body: {
        var trailers = FieldBlock()
        trailers.append("X-Sum", "5")
        return ListBody(["he", "llo"], trailers: trailers)
      })
    #expect(answer == .response(200, "ok"))
    #expect(
      await server.notes(2) == ["true", "2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 5\r\n\r\n"])
  }

  @Test("a large upload arrives whole while the origin reads slowly")
  func largeUpload() async throws {
    let total = 4 << 20
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.note("\(await connection.drop(total))")
      connection.send(Self.ok)
      _ = await connection.end()
    }
    let answer = await Self.ask(
      OriginFixture(method: "PUT"), server,
      body: { ListBody(repeating: 120, count: total, pieceBytes: 1 << 15) }, length: UInt64(total))
    #expect(answer == .response(200, "ok"))
    #expect(await server.notes(1) == ["\(total)"])
  }

  @Test(
    "an upload that breaks off is a reset for the origin, never a shorter request",
    arguments: [nil, 100_000] as [UInt64?])
  func brokenUpload(length: UInt64?) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      let (end, text) = await connection.end()
      connection.note(end.rawValue)
      connection.note("\(text.hasSuffix("0\r\n\r\n"))")
    }
    let answer = await Self.ask(
      OriginFixture(method: "POST"), server,
      body: { ListBody(["some", "thing"], ending: .failure) }, length: length)
    #expect(answer == .failed(.clientAborted))
    #expect(await server.notes(2) == ["reset", "false"])
  }

  @Test(
    "a response that breaks off is an incomplete one",
    arguments: [
      "Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
      "Transfer-Encoding: chunked\r\n\r\n",
    ])
  func truncated(rest: String) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 200 OK\r\n" + rest)
    }
    #expect(await Self.ask(OriginFixture(), server) == .broken(200, .responseIncomplete))
  }

  @Test(
    "a response that can't be framed for sure is refused",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    ])
  func malformed(text: String) async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send(text)
      _ = await connection.end()
    }
    #expect(await Self.ask(OriginFixture(), server) == .failed(.responseInvalid))
  }

  @Test("an origin that closes without answering is no empty response")
  func nothing() async throws {
    let server = try await ScriptedOrigin.start { connection in _ = await connection.head() }
    #expect(
      await Self.ask(OriginFixture(method: "POST"), server) == .failed(.connectionTerminated))
  }

  @Test("the response to HEAD has a length and no body")
  func head() async throws {
    let server = try await ScriptedOrigin.start { connection in
      while await connection.head() != nil {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
      }
    }
    #expect(await Self.ask(OriginFixture(method: "HEAD"), server) == .response(200, ""))
  }

  @Test("an early error response stops the upload, and is delivered whole")
  func earlyResponse() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 7\r\n\r\ntoo big")
      let (_, text) = await connection.end()
      connection.note(text.hasSuffix("0\r\n\r\n") ? "complete" : "incomplete")
    }
    let answer = await Self.ask(
      OriginFixture(method: "POST"), server, body: { ListBody(["x"], ending: .silence) })
    #expect(answer == .response(413, "too big"))
    #expect(await server.notes(1) == ["incomplete"])
  }

  @Test("an origin that echoes while it reads gets the whole request")
  func echo() async throws {
    let server = try await ScriptedOrigin.start { connection in
      _ = await connection.head()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let body = await connection.read(until: "0\r\n\r\n") ?? "0\r\n\r\n"
      connection.send(body)
      _ = await connection.end()
    }
    let answer = await Self.ask(
      OriginFixture(method: "POST"), server, body: { ListBody(["he", "llo"]) })
    #expect(answer == .response(200, "hello"))
  }
}

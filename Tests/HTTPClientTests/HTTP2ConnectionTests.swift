// Connections over HTTP/2 by themselves.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import HTTPClient

@Suite("Connections over HTTP/2")
struct HTTP2ConnectionTests {
  /// An owner that counts what it is told.
  private final class Owner: HTTP2ClientConnectionOwner, @unchecked Sendable {
    // Confined to the client's loop.
    private(set) var closedCount = 0

    func connectionHasRoom(_ connection: HTTP2ClientConnection) {}
    func connectionClosed(_ connection: HTTP2ClientConnection) { closedCount += 1 }
  }

  @Test("one that broke before it was handed over is refused, and its owner hears nothing of it")
  func broken() async throws {
    let server = try await ScriptedOrigin.start { $0.close(reset: true) }
    let (isRefused, closedCount) = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      let owner = Owner()
      do throws(HTTPClientError) {
        let connection = try await ClientConnection.open(
          to: [server.address], on: lane, timeout: .seconds(5), security: nil, parker: parker)
        while !connection.isHungUp { await parker.yield() }
        _ = try HTTP2ClientConnection(
          connection, owner: owner, memory: HTTP2ClientMemory(), idleTimeout: .seconds(5))
        return (false, owner.closedCount)
      } catch {
        return (true, owner.closedCount)
      }
    }
    #expect(isRefused)
    #expect(closedCount == 0)
    await server.stop()
  }

  @Test("one that was just asked for a sign of life is given up by the second measurement only")
  func measured() async throws {
    let server = try await ScriptedOrigin.start { connection in
      connection.send(Bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
      _ = await connection.end()
    }
    let answers = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      do throws(HTTPClientError) {
        let opened = try await ClientConnection.open(
          to: [server.address], on: lane, timeout: .seconds(5), security: nil, parker: parker)
        // It asks as soon as it is open.
        let connection = try HTTP2ClientConnection(
          opened, owner: Owner(), memory: HTTP2ClientMemory(), idleTimeout: .seconds(5),
          silence: .seconds(5))
        let answers = [connection.measure(), connection.measure()]
        connection.drain()
        return answers
      } catch { return [] }
    }
    #expect(answers == [true, false])
    await server.stop()
  }

  /// Who listens for interim responses.
  private final class Listener: @unchecked Sendable {
    // Confined to the client's loop.
    var heads = 0
  }

  /// Reads up to a HEADERS frame.
  private static func awaitHead(_ connection: ScriptedConnection) async {
    var input: [UInt8] = []
    var frame = 24
    while let more = await connection.some() {
      input += more
      while input.count >= frame + 9 {
        if input[frame + 3] == 1 { return }
        let sizes = input[frame..<frame + 3]
        frame += 9 + sizes.reduce(0) { $0 << 8 | Int($1) }
      }
    }
  }

  @Test("a response that is being read does not keep whoever listened for interim responses")
  func listener() async throws {
    let server = try await ScriptedOrigin.start { connection in
      connection.send(Bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
      await Self.awaitHead(connection)
      // The head of a response with :status 200, whose content is to come.
      connection.send(Bytes([0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]))
      _ = await connection.end()
    }
    let (status, isKept) = await SharedRuntime.run { lane in
      let parker = Parker(on: lane)
      do throws(HTTPClientError) {
        let opened = try await ClientConnection.open(
          to: [server.address], on: lane, timeout: .seconds(5), security: nil, parker: parker)
        let connection = try HTTP2ClientConnection(
          opened, owner: Owner(), memory: HTTP2ClientMemory(), idleTimeout: .seconds(5))
        var listener: Listener? = Listener()
        weak let kept = listener
        var request = ClientRequest()
        request.head.authority = Array("a.example".utf8)
        request.head.path = Array("/".utf8)
        request.interim = { [listener] _ in listener?.heads += 1 }
        listener = nil
        let response = try await connection.exchange(request, parker: parker)
        request = ClientRequest()
        defer { response.body.abandon() }
        return (response.head.status, kept != nil)
      } catch { return (0, true) }
    }
    #expect(status == 200)
    #expect(!isKept)
    await server.stop()
  }
}

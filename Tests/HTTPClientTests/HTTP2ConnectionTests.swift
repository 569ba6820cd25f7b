// Connections over HTTP/2 by themselves.

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
}

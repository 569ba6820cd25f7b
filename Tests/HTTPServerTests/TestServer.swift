// A server whose one request a test serves, and a client that writes bytes by hand.

import Exchange
import HTTP
import Primitives
import Runtime

@testable import HTTPServer

/// Serves with a test's closure, on a loop that all tests share.
final class TestServer: ExchangeHandler, @unchecked Sendable {
  // Confined to its loop.
  private let lane: Lane
  private let tenant: TestTenant?
  private let serve: @Sendable (Exchange, Lane) async -> Void

  private init(
    _ tenant: TestTenant?, _ serve: @escaping @Sendable (Exchange, Lane) async -> Void
  ) {
    self.tenant = tenant
    lane = Lane(loop: SharedRuntime.loop, name: "test")
    self.serve = serve
  }

  /// Sends `bytes` over a connection of its own and returns what `serve` makes of the request, which is
  /// `tenant`'s. Then the client goes.
  static func ask<Result: Sendable>(
    _ bytes: [UInt8], of tenant: TestTenant? = nil,
    _ serve: @escaping @Sendable (Exchange, Lane) async -> Result
  ) async throws -> Result {
    let descriptor = try Listener.listen(
      on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0), sharesPort: false)
    let address = Listener.localAddress(of: descriptor)
    return await withCheckedContinuation { continuation in
      let session = TestSession()
      let handler = TestServer(tenant) { exchange, lane in
        continuation.resume(returning: await serve(exchange, lane))
        session.end()
      }
      let loop = SharedRuntime.loop
      loop.systemLane.post {
        let server = HTTPServer(loop: loop, handler: handler)
        session.keep(server)
        do throws(RuntimeError) { try server.listen(on: descriptor, scheme: .http) } catch {
          preconditionFailure("\(error)")
        }
      }
      SharedRuntime.clientLoop.systemLane.post {
        do throws(RuntimeError) {
          let client = try TestSession.Client(to: address)
          try client.send(bytes)
          loop.systemLane.post { session.keep(client) }
        } catch {
          preconditionFailure("\(error)")
        }
      }
    }
  }

  func handle(_ exchange: Exchange) -> Handling {
    exchange.move(to: lane)
    if let tenant { _ = exchange.sink?.serve(exchange, on: lane, for: tenant) }
    lane.start { await self.serve(exchange, self.lane) }
    return .pending
  }
}

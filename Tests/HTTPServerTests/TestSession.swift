// What a request of a test needs alive.

import HTTPServer
import Primitives
import Runtime

/// A server and its one client, kept until the request is served. Confined to the server's loop.
final class TestSession: @unchecked Sendable {
  // Confined to the server's loop.
  private var server: HTTPServer?
  private var client: Client?
  private var isOver = false

  /// A client's connection, open as long as the object lives.
  final class Client: Sendable {
    private let socket: BlockingSocket

    init(to address: SocketAddress) throws(RuntimeError) {
      socket = try BlockingSocket(address: address, timeoutSeconds: 60)
    }

    func send(_ bytes: [UInt8]) throws(RuntimeError) { try socket.send(bytes.span) }
  }

  func keep(_ server: HTTPServer) { self.server = server }

  func keep(_ client: Client) { if !isOver { self.client = client } }

  /// The request is served: the client goes, and then the server.
  func end() {
    isOver = true
    client = nil
    server?.drain()
    server = nil
  }
}

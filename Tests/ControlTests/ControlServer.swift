// The API on a real server behind a real socket, for tests.

import ConfigurationTree
import Control
import Foundation
import HTTP
import HTTPServer
import Runtime
import Storage
import Testing
import Zones

/// A store, an API over it, a server and a client, all in a folder of the test's own.
final class ControlServer: Sendable {
  let folder: String
  let store: ZoneStore
  let backend = TestBackend()
  let handler: ControlHandler
  private let server: HTTPServer
  let client: ControlClient

  static let token = "a-token-of-the-tests-0123456789"

  init() async throws {
    folder = FileManager.default.temporaryDirectory.path + "/skerry-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let check = CertificateCheck { _, _ in CertificateFinding(names: nil) }
    let opened = try ZoneStore.open("\(folder)/zones", check: check)
    store = opened.store
    let token = ControlToken(Self.token)
    let lane = Lane(loop: ControlRuntime.loop, name: "control")
    let handler = ControlHandler(
      lane: lane, worker: ControlRuntime.worker, store: store, report: opened.report,
      backend: backend, token: token)
    let server = HTTPServer(loop: ControlRuntime.loop, handler: handler)
    let socket = try Listener.listen(path: "\(folder)/control.sock")
    await ControlRuntime.onLoop {
      do throws(RuntimeError) { try server.listen(on: socket, scheme: .http) } catch {
        Issue.record(error)
      }
    }
    self.handler = handler
    self.server = server
    client = ControlClient(address: .path("\(folder)/control.sock"), token: token)
  }

  /// Ends the server and removes the folder.
  func close() async {
    let (server, store) = (server, store)
    await ControlRuntime.onLoop { server.drain() }
    store.close()
    do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
  }

  /// Runs `body` with a server of its own.
  static func with(_ body: (ControlServer) async throws -> Void) async throws {
    let server = try await ControlServer()
    do { try await body(server) } catch {
      await server.close()
      throw error
    }
    await server.close()
  }

  /// Asks as commands do.
  func ask(
    _ method: HTTPMethod, _ path: String, _ json: String? = nil,
    fields: [(String, String)] = []
  ) async throws -> ControlClient.Answer {
    try await send(method, path, try json.map { try JSONParser.parse(Array($0.utf8)) }, fields)
  }

  /// The same with content that need not be as JSON is written.
  func send(
    _ method: HTTPMethod, _ path: String, _ body: ConfigurationValue?,
    _ fields: [(String, String)] = []
  ) async throws -> ControlClient.Answer {
    let client = client
    return try await ControlRuntime.blocking {
      Result { () throws(ControlClientError) in
        try client.send(method, path, body, fields: fields)
      }
    }.get()
  }

  /// Sends `text` as it is, with the lines' ends of HTTP, and returns all that comes back.
  func raw(_ text: String) async throws -> String {
    let folder = folder
    return try await ControlRuntime.blocking {
      Result { () throws(RuntimeError) in
        let socket = try BlockingSocket(path: "\(folder)/control.sock", timeoutSeconds: 20)
        try socket.send(Array(text.replacing("\n", with: "\r\n").utf8).span)
        var answer: [UInt8] = []
        while try socket.receive(into: &answer) > 0 {}
        return String(decoding: answer, as: UTF8.self)
      }
    }.get()
  }

  /// The Authorization line of requests that are written by hand.
  static let authorization = "Authorization: Bearer \(token)"
}

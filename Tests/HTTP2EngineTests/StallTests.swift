// Clients that keep their windows shut.

import HTTP2Engine
import Primitives
import Testing

@Suite struct StallTests {
  /// A server whose answers have 100,000 bytes, and a client whose streams take 1,000 of each.
  private static func make() throws -> (ServerHarness, ClientHarness) {
    var small = HTTP2Limits.client
    small.streamWindowBytes = 1_000
    let client = try ClientHarness(limits: small)
    client.consumes = false
    let server = try ServerHarness()
    server.body = Bytes(Array(repeating: 7, count: 100_000))
    return (server, client)
  }

  /// Does what a driver does until `seconds` have passed, one at a time.
  private static func pass(
    _ seconds: Int, _ server: ServerHarness, _ client: ClientHarness, isExcused: Bool = false,
    _ each: (Int) throws -> Void = { _ in }
  ) throws {
    for second in 1...seconds {
      server.now = server.now + .seconds(1)
      if let at = server.session.stallCheckAt, at <= server.now {
        server.session.cutOffStalled(now: server.now, isExcused: isExcused)
      }
      try each(second)
      client.run(with: server)
    }
  }

  @Test("a stream that takes nothing for a minute is reset, whatever other streams do")
  func oneStalls() throws {
    let (server, client) = try Self.make()
    _ = try client.request("GET")
    let reading = try client.request("GET")
    client.run(with: server)
    server.body = Bytes(Array(repeating: 7, count: 10))
    try Self.pass(90, server, client) { second in
      client.session.consume(reading, 1_000)
      if second.isMultiple(of: 20) { _ = try client.request("GET") }
    }
    #expect(client.closed[1] == .cancel)
    #expect(client.closed[3] == nil)
    #expect(try #require(client.content[3]?.count) > 80_000)
  }

  @Test("a trickle of bytes is no progress, and an empty queue is")
  func trickle() throws {
    let (server, client) = try Self.make()
    let trickling = try client.request("GET")
    client.run(with: server)
    server.body = Bytes(Array(repeating: 7, count: 10))
    try Self.pass(90, server, client) { second in
      client.session.consume(trickling, 10)
      _ = try client.request("GET")
    }
    #expect(client.closed[1] == .cancel)
    #expect(client.closed.values.filter { $0 == .cancel }.count == 1)
  }

  @Test("nobody is blamed while content waits for other reasons")
  func excused() throws {
    let (server, client) = try Self.make()
    _ = try client.request("GET")
    client.run(with: server)
    try Self.pass(200, server, client, isExcused: true)
    #expect(client.closed.isEmpty)
    try Self.pass(80, server, client)
    #expect(client.closed[1] == .cancel)
    #expect(server.session.queuedBytes == 0)
  }

  /// What is left open of two streams after three minutes: their own windows are wide, and the connection's,
  /// shut at first, opens by `bytes` every `seconds`.
  private static func leftOpen(connectionOpensBy bytes: UInt32, every seconds: Int) throws -> Int {
    let server = try ServerHarness()
    server.body = Bytes(Array(repeating: 7, count: 100_000))
    server.exchange(
      FrameBuilder.preface + FrameBuilder.settings([(4, 1 << 20)]) + FrameBuilder.headers(1)
        + FrameBuilder.headers(3))
    #expect(server.session.queuedBytes == 200_000 - 65_535)
    for second in 1...180 {
      server.now = server.now + .seconds(1)
      if let at = server.session.stallCheckAt, at <= server.now {
        server.session.cutOffStalled(now: server.now, isExcused: false)
      }
      let opens = bytes > 0 && second.isMultiple(of: seconds)
      server.exchange(opens ? FrameBuilder.windowUpdate(0, bytes) : [])
    }
    #expect((server.session.queuedBytes == 0) == server.streams.isEmpty)
    return server.streams.count
  }

  @Test("streams are reset if the connection's window lets no fair part go, though theirs are open")
  func connectionStandsStill() throws {
    #expect(try Self.leftOpen(connectionOpensBy: 0, every: 1) == 0)
    #expect(try Self.leftOpen(connectionOpensBy: 10, every: 1) == 0)
  }

  @Test("no stream is blamed while the connection's window lets a fair part of any go")
  func connectionGoesOn() throws {
    #expect(try Self.leftOpen(connectionOpensBy: 4_096, every: 50) == 2)
  }
}

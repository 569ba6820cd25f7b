// Requests that are answered before their end (RFC 9113 section 8.1).

import HTTP2Engine
import Primitives
import Testing

@Suite struct LateContentTests {
  typealias Build = FrameBuilder

  let server: ServerHarness
  let client: ClientHarness

  init() throws {
    server = try ServerHarness()
    server.answers = false
    client = try ClientHarness()
  }

  /// A request that is answered while its content is still to come.
  private func answeredEarly() throws -> HTTP2Stream {
    let request = try client.request("POST", endStream: false)
    client.run(with: server)
    let stream = try #require(server.streams[request.id])
    server.session.discardContent(of: stream)
    server.respond(stream)
    client.run(with: server)
    #expect(client.content[request.id] == Array("hello".utf8))
    #expect(!request.isClosed, "nothing is cut off at once")
    return request
  }

  private func connectionIsGood() throws {
    #expect(!client.session.isTerminating && !server.session.isTerminating)
    server.answers = true
    let next = try client.request("GET")
    client.run(with: server)
    #expect(client.content[next.id] == Array("hello".utf8))
  }

  @Test("a client that sends the rest after its answer is not reset")
  func rest() throws {
    let request = try answeredEarly()
    for _ in 0..<5 {
      try client.session.enqueue(request, Bytes(Array(repeating: 1, count: 100_000)))
    }
    let sum = ExchangeTests.table([("x-sum", "6")])
    try client.session.finish(request, trailers: sum.bytes, table: sum.table)
    server.events = []
    client.run(with: server)
    #expect(client.closed[request.id] == .noError)
    #expect(server.events == ["1 closed 0"], "the rest is no event, nor are its trailers")
    #expect(server.session.streamCount == 0)
    try connectionIsGood()
  }

  @Test("a rest that does not end in time is cut off with NO_ERROR")
  func time() throws {
    let request = try answeredEarly()
    let limit = try #require(server.session.lingersUntil)
    #expect(
      limit == server.now.advanced(byNanoseconds: HTTP2Limits().lateContentNanoseconds))
    server.session.cutOffLateContent(now: server.now)
    client.run(with: server)
    #expect(!request.isClosed && server.session.lingersUntil == limit)
    server.session.cutOffLateContent(now: limit)
    client.run(with: server)
    #expect(client.closed[request.id] == .noError && server.session.lingersUntil == nil)
    try connectionIsGood()
  }

  @Test("a rest that is too long is cut off with NO_ERROR")
  func length() throws {
    let request = try answeredEarly()
    let limit = HTTP2Limits().lateContentBytes
    try client.session.enqueue(request, Bytes(Array(repeating: 1, count: limit)))
    client.run(with: server)
    #expect(!request.isClosed)
    try client.session.enqueue(request, Bytes([1]))
    client.run(with: server)
    #expect(client.closed[request.id] == .noError)
    // The bound is the connection's: the next has none of it, until time goes by.
    let second = try answeredEarly()
    try client.session.enqueue(second, Bytes([1]))
    client.run(with: server)
    #expect(client.closed[second.id] == .noError)
    server.now = server.now.advanced(byNanoseconds: HTTP2Limits().windowNanoseconds)
    let third = try answeredEarly()
    try client.session.enqueue(third, Bytes([1]))
    client.run(with: server)
    #expect(!third.isClosed)
    try connectionIsGood()
  }

  @Test("clients that reset after their answer are no flood")
  func resets() throws {
    for _ in 0..<1_000 {
      let request = try answeredEarly()
      client.session.reset(request, .cancel)
      client.run(with: server)
      #expect(server.session.streamCount == 0)
    }
    try connectionIsGood()
  }

  @Test("answered requests that never end hold no more than the allowed streams")
  func streams() throws {
    var limits = HTTP2Limits()
    limits.concurrentStreams = 4
    let server = try ServerHarness(limits: limits)
    server.exchange(Build.hello + Build.settingsAcknowledgement)
    for id in [1, 3, 5, 7] as [UInt32] {
      server.feed(Build.headers(id, Build.post(), endStream: false))
      let stream = try #require(server.streams[Int32(id)])
      server.session.discardContent(of: stream)
      server.respond(stream)
    }
    let frames = server.pull() + server.exchange(Build.headers(9, Build.post(), endStream: false))
    #expect(server.session.streamCount == 4 && server.streams[9] == nil)
    #expect(frames.last { $0.type == 7 }?.code == 1)
  }
}

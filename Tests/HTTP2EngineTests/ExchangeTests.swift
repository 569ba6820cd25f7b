// Both sides of the engine, face to face.

import HTTP2Engine
import Primitives
import Testing

@Suite struct ExchangeTests {
  /// Says when it dies.
  final class Witness {
    let counter: Counter
    init(_ counter: Counter) {
      self.counter = counter
      counter.alive += 1
    }
    deinit { counter.alive -= 1 }
  }

  final class Counter { var alive = 0 }

  /// Fields as a table, for responses and trailers.
  static func table(_ fields: [(String, String)]) -> (bytes: [UInt8], table: HTTP2FieldTable) {
    var bytes: [UInt8] = []
    var table = HTTP2FieldTable()
    for (name, value) in fields {
      let start = bytes.count
      bytes += Array(name.utf8)
      let middle = bytes.count
      bytes += Array(value.utf8)
      table.append(name: start..<middle, value: middle..<bytes.count)
    }
    return (bytes, table)
  }

  @Test("a request and its response", arguments: [1, 7, Int.max])
  func simple(chunk: Int) throws {
    let server = try ServerHarness()
    let client = try ClientHarness()
    let stream = try client.request("GET", fields: [("X-Mixed-Case", "1")])
    client.run(with: server, chunk: chunk)
    #expect(
      server.events == [
        "1 :method: GET", "1 :scheme: https", "1 :authority: example.org", "1 :path: /",
        "1 x-mixed-case: 1", "1 request end", "1 closed 0",
      ])
    #expect(client.events == ["1 :status: 200", "1 response", "1 data end", "1 closed 0"])
    #expect(client.content[1] == Array("hello".utf8))
    #expect(stream.isClosed && server.session.streamCount == 0)
  }

  @Test("interim responses and trailers, both ways")
  func interimAndTrailers() throws {
    let server = try ServerHarness()
    let client = try ClientHarness()
    server.answers = false
    let request = try client.request("POST", endStream: false)
    client.run(with: server)
    let stream = try #require(server.streams[1])
    let early = Self.table([("link", "</a>; rel=preload")])
    try server.session.submitInterim(
      stream, status: 103, bytes: early.bytes, table: early.table)
    client.run(with: server)
    try client.session.enqueue(request, Bytes([1, 2, 3]))
    let sum = Self.table([("X-Sum", "6")])
    try client.session.finish(request, trailers: sum.bytes, table: sum.table)
    client.run(with: server)
    let head = Self.table([("content-type", "text/plain")])
    try server.session.submitResponse(
      stream, status: 200, bytes: head.bytes, table: head.table, endStream: false)
    client.run(with: server)
    try server.session.enqueue(stream, Bytes([9]))
    let tail = Self.table([("x-tail", "t")])
    try server.session.finish(stream, trailers: tail.bytes, table: tail.table)
    client.run(with: server)
    #expect(
      server.events.suffix(5) == [
        "1 request", "1 data 3", "1 x-sum: 6", "1 trailers end", "1 closed 0",
      ])
    #expect(
      client.events == [
        "1 :status: 103", "1 link: </a>; rel=preload", "1 interim", "1 :status: 200",
        "1 content-type: text/plain", "1 response", "1 x-tail: t", "1 trailers end", "1 closed 0",
      ])
    #expect(throws: HTTP2Failure.streamClosed) { try server.session.finish(stream) }
  }

  @Test("what waits on the streams of an account is summed, until it is sent or dropped")
  func accounts() throws {
    var small = HTTP2Limits.client
    small.streamWindowBytes = 1_000
    small.connectionWindowBytes = 70_000
    let server = try ServerHarness()
    let client = try ClientHarness(limits: small)
    client.consumes = false
    server.body = Bytes(Array(repeating: 7, count: 5_000))
    _ = try client.request("GET")
    client.run(with: server)
    let account = HTTP2Account()
    server.account = account
    _ = try client.request("GET")
    let third = try client.request("GET")
    client.run(with: server)
    #expect(server.session.queuedBytes == 12_000)
    #expect(account.queuedBytes == 8_000)
    client.session.consume(third, 1_000)
    client.run(with: server)
    #expect(account.queuedBytes == 7_000)
    client.session.reset(third, .cancel)
    client.run(with: server)
    #expect(account.queuedBytes == 4_000)
    server.session.closeAll(.cancel, delegate: server)
    #expect(account.queuedBytes == 0 && server.session.queuedBytes == 0)
  }

  @Test("a large body goes through small windows, with bounded queues")
  func flowControl() throws {
    var small = HTTP2Limits.client
    small.streamWindowBytes = 1_000
    small.connectionWindowBytes = 70_000
    let server = try ServerHarness()
    let client = try ClientHarness(limits: small)
    client.consumes = false
    server.body = Bytes(Array(repeating: 7, count: 100_000))
    let stream = try client.request("GET")
    client.run(with: server)
    #expect(client.content[1]?.count == 1_000)
    #expect(server.session.queuedBytes == 99_000)
    #expect(server.session.stallCheckAt != nil)
    #expect(try #require(server.streams[1]).queuedBytes == 99_000)
    client.consumes = true
    client.session.consume(stream, 1_000)
    client.run(with: server)
    #expect(client.content[1]?.count == 100_000)
    #expect(server.events.suffix(1) == ["1 closed 0"])
    #expect(server.session.queuedBytes == 0 && server.session.stallCheckAt == nil)
  }

  @Test("a header section is being received until its last frame is there, be it malformed or not")
  func headerSections() throws {
    let server = try ServerHarness()
    server.exchange(FrameBuilder.hello)
    for (index, fields) in [FrameBuilder.requestFields, [("x", "1")]].enumerated() {
      let id = UInt32(4 * index + 1)
      let head = FrameBuilder.headers(id, fields, endHeaders: false)
      let begun = server.now
      server.exchange(Array(head[..<12]))
      #expect(server.session.headersSince == begun)
      server.now = server.now + .seconds(1)
      server.exchange(Array(head[12...]))
      #expect(server.session.headersSince == begun)
      // Its end, and the beginning of another one.
      let next = FrameBuilder.headers(id + 2)
      server.exchange(FrameBuilder.continuation(id, [], endHeaders: true) + next[..<12])
      #expect(server.session.headersSince == server.now)
      server.exchange(Array(next[12...]))
      #expect(server.session.headersSince == nil)
    }
    #expect(!server.session.isTerminating)
  }

  @Test(
    "frames behind as many as a turn takes wait for the next", arguments: [1, 9, 10, 64, 1_000])
  func turns(cut: Int) throws {
    let server = try ServerHarness()
    server.answers = false
    server.exchange(FrameBuilder.hello)
    server.events.removeAll()
    var bytes = FrameBuilder.headers(1, FrameBuilder.post(), endStream: false)
    for count in 1...25 { bytes += FrameBuilder.data(1, [1], endStream: count == 25) }
    var turns = 0
    for start in stride(from: 0, to: bytes.count, by: cut) {
      server.session.receive(
        bytes[start..<min(start + cut, bytes.count)].span, atMost: 4, now: server.now,
        delegate: server)
      while server.session.keepsInput {
        let before = server.events.count
        server.session.resume(atMost: 4, now: server.now, delegate: server)
        turns += 1
        // The first frame's fields are events too.
        if before > 10 { #expect(server.events.count - before <= 5) }
      }
    }
    #expect(server.events.filter { $0 == "1 data 1" }.count == 25)
    #expect(server.events.last == "1 data end")
    if cut == 1_000 { #expect(turns == 6) }
  }

  @Test("content is asked for when the queue runs low, and when it is empty")
  func lowWater() throws {
    let server = try ServerHarness()
    let client = try ClientHarness()
    server.answers = false
    let request = try client.request("POST", endStream: false)
    for _ in 0..<10 {
      try client.session.enqueue(request, Bytes(Array(repeating: 1, count: 30_000)))
    }
    client.run(with: server)
    #expect(client.events.filter { $0 == "1 drained" }.count == 2)
    try client.session.finish(request)
    client.run(with: server)
    #expect(server.events.last == "1 data end")
    let received = server.events.compactMap { $0.hasPrefix("1 data ") ? Int($0.dropFirst(7)) : nil }
    #expect(received.reduce(0, +) == 300_000)
  }

  @Test("windows stay closed until the content is consumed, also when the stream dies")
  func uploadBackPressure() throws {
    var limits = HTTP2Limits()
    limits.streamWindowBytes = 65_535
    limits.connectionWindowBytes = 100_000
    let server = try ServerHarness(limits: limits)
    let client = try ClientHarness()
    server.answers = false
    server.consumes = false
    let first = try client.request("POST", endStream: false)
    client.run(with: server)
    try client.session.enqueue(first, Bytes(Array(repeating: 1, count: 200_000)))
    client.run(with: server)
    #expect(client.session.queuedBytes == 200_000 - 65_535)
    client.session.reset(first, .cancel)
    let second = try client.request("POST", endStream: false)
    try client.session.enqueue(second, Bytes(Array(repeating: 2, count: 60_000)))
    client.run(with: server)
    #expect(client.session.queuedBytes == 0)
    #expect(server.events.contains("1 closed 8"))
  }

  @Test("attachments are released once, streams' objects are used again")
  func attachments() throws {
    let counter = Counter()
    do {
      let server = try ServerHarness()
      let client = try ClientHarness()
      for round in 0..<100 {
        let held = try client.request("GET", attachment: Witness(counter))
        if round % 10 == 0 { client.session.reset(held, .cancel) }
        client.run(with: server)
        #expect(counter.alive == 0)
        #expect(held.isClosed && held.attachment == nil)
      }
      server.answers = false
      _ = try client.request("GET", attachment: Witness(counter))
      client.run(with: server)
      _ = try client.request("GET", attachment: Witness(counter))
      #expect(counter.alive == 2)
    }
    #expect(counter.alive == 0)
  }

  @Test("a connection that dies closes its streams")
  func closeAll() throws {
    let counter = Counter()
    let server = try ServerHarness()
    let client = try ClientHarness()
    server.answers = false
    for _ in 0..<3 {
      _ = try client.request("POST", endStream: false, attachment: Witness(counter))
    }
    client.run(with: server)
    client.session.closeAll(.internalError, delegate: client)
    server.session.closeAll(.internalError, delegate: server)
    #expect(client.closed.count == 3 && counter.alive == 0)
    #expect(server.streams.isEmpty && server.session.streamCount == 0)
    #expect(client.session.isFinished)
    #expect(throws: HTTP2Failure.requestsExhausted) { try client.request("GET") }
    #expect(server.pull().isEmpty)
  }

  @Test("going away lets open streams end, and says which requests may be sent again")
  func goingAway() throws {
    let server = try ServerHarness()
    let client = try ClientHarness()
    server.answers = false
    _ = try client.request("GET")
    client.run(with: server)
    server.session.goAway()
    let late = try client.request("GET")
    client.run(with: server)
    #expect(client.events.contains("go away 1 0"))
    #expect(client.closed[late.id] == .refusedStream)
    #expect(!client.session.acceptsRequests)
    #expect(throws: HTTP2Failure.requestsExhausted) { try client.request("GET") }
    server.respond(try #require(server.streams[1]))
    client.run(with: server)
    #expect(client.content[1] == Array("hello".utf8))
    #expect(server.session.isFinished && client.session.isFinished)
  }

  @Test("a server's limit of streams is kept by queueing")
  func concurrency() throws {
    var limits = HTTP2Limits()
    limits.concurrentStreams = 2
    let server = try ServerHarness(limits: limits)
    let client = try ClientHarness()
    server.answers = false
    client.run(with: server)
    #expect(client.session.peerConcurrentStreams == 2)
    for _ in 0..<5 { _ = try client.request("GET") }
    client.run(with: server)
    #expect(server.streams.count == 2)
    for id in [1, 3, 5, 7, 9] as [Int32] {
      server.respond(try #require(server.streams[id]))
      client.run(with: server)
    }
    #expect(client.content.count == 5)
  }

  @Test("a PING comes back")
  func ping() throws {
    let server = try ServerHarness()
    let client = try ClientHarness()
    client.session.ping(0x0102_0304_0506_0708)
    client.run(with: server)
    #expect(client.events == ["ping \(0x0102_0304_0506_0708 as UInt64)"])
  }

  @Test("pull stops near its limit and goes on from there")
  func pullLimit() throws {
    let server = try ServerHarness()
    server.body = Bytes(Array(repeating: 5, count: 60_000))
    server.feed(FrameBuilder.hello + FrameBuilder.headers(1))
    var output: [UInt8] = []
    var pulls = 0
    while true {
      let before = output.count
      let more = server.session.pull(
        into: &output, limit: 20_000, now: server.now, delegate: server)
      pulls += 1
      #expect(output.count - before < 20_000 + 16_400)
      if !more { break }
    }
    #expect(pulls >= 2)
    let frames = ReceivedFrame.all(in: output)
    #expect(frames.filter { $0.type == 0 }.reduce(0) { $0 + $1.payload.count } == 60_000)
    #expect(frames.last?.flags == 1)
  }

  @Test("an urgent response goes before others (RFC 9218)")
  func priorities() throws {
    let server = try ServerHarness()
    server.body = Bytes(Array(repeating: 5, count: 20_000))
    let frames = server.exchange(
      FrameBuilder.hello
        + FrameBuilder.headers(1, FrameBuilder.requestFields + [("priority", "u=5")])
        + FrameBuilder.headers(3, FrameBuilder.requestFields + [("priority", "u=0")]))
    let order = frames.filter { $0.type == 0 }.map(\.stream)
    #expect(order.first == 3)
    #expect(order.firstIndex(of: 1) == order.lastIndex(of: 3).map { $0 + 1 })
  }
}

// Floods: what costs a peer nothing must end soon, and cost us little.

import HTTP2Engine
import Primitives
import Testing

@Suite struct FloodTests {
  typealias Build = FrameBuilder

  struct Flood: Sendable, CustomTestStringConvertible {
    let name: String
    /// Comes once, after the preface.
    var before: [UInt8] = []
    var code: UInt32 = 11
    /// Comes 100,000 times; gets the round.
    let frame: @Sendable (UInt32) -> [UInt8]
    var testDescription: String { name }
  }

  static let open = Build.headers(1, Build.post(), endStream: false)

  static let all: [Flood] = [
    Flood(name: "PING") { _ in Build.ping() },
    Flood(name: "PING ACK") { _ in Build.frame(6, flags: 1, stream: 0, [0, 0, 0, 0, 0, 0, 0, 0]) },
    Flood(name: "SETTINGS") { _ in Build.settings([]) },
    Flood(name: "SETTINGS ACK", code: 1) { _ in Build.settingsAcknowledgement },
    Flood(name: "SETTINGS with entries") { _ in Build.settings([(3, 100), (4, 1), (1, 0)]) },
    Flood(name: "PRIORITY") { Build.priority($0 * 2 + 1, on: 0) },
    Flood(name: "PRIORITY_UPDATE") {
      Build.frame(16, stream: 0, Build.word($0 * 2 + 1) + [117, 61, 49])
    },
    Flood(name: "WINDOW_UPDATE") { _ in Build.windowUpdate(0, 1) },
    Flood(name: "WINDOW_UPDATE on a stream", before: open) { _ in Build.windowUpdate(1, 1) },
    Flood(name: "empty DATA", before: open) { _ in Build.data(1, []) },
    Flood(name: "DATA of padding", before: open) { _ in
      Build.frame(0, flags: 8, stream: 1, [2, 0, 0])
    },
    Flood(name: "unknown frames") { _ in Build.frame(0x77, stream: 0, [1]) },
    Flood(name: "GOAWAY") { _ in Build.frame(7, stream: 0, [0, 0, 0, 0, 0, 0, 0, 0]) },
    Flood(name: "empty CONTINUATION", before: Build.headers(1, endHeaders: false)) { _ in
      Build.continuation(1, [], endHeaders: false)
    },
    Flood(name: "CONTINUATION of 16 KiB", before: Build.headers(1, endHeaders: false)) { _ in
      Build.continuation(
        1, Build.field("x", String(repeating: "a", count: 16_000)), endHeaders: false)
    },
    Flood(name: "rapid reset") { Build.headers($0 * 2 + 1) + Build.reset($0 * 2 + 1) },
    Flood(name: "resets that we are made to send") {
      Build.headers($0 * 2 + 1, Build.post(), endStream: false)
        + Build.headers($0 * 2 + 1, [("x", "1")], endStream: false)
    },
    Flood(name: "malformed requests") { Build.headers($0 * 2 + 1, [("x", "1")]) },
    Flood(name: "empty header blocks") { Build.frame(1, flags: 5, stream: $0 * 2 + 1) },
    Flood(name: "RST_STREAM on a closed stream", before: open + Build.reset(1)) { _ in
      Build.reset(1)
    },
    Flood(name: "an increment of 0 on each stream", code: 1) {
      Build.headers($0 * 2 + 1) + Build.windowUpdate($0 * 2 + 1, 0)
    },
  ]

  @Test("100,000 frames end the connection", arguments: all)
  func flood(_ flood: Flood) throws {
    let server = try ServerHarness()
    server.records = false
    server.exchange(Build.hello + flood.before)
    var sent = 0
    var frames: [ReceivedFrame] = []
    while sent < 100_000, !server.session.isFinished {
      // As much as one read of a socket gives.
      var bytes: [UInt8] = []
      while bytes.count < 16_384, sent < 100_000 {
        bytes += flood.frame(UInt32(sent) + 1)
        sent += 1
      }
      frames = server.exchange(bytes)
    }
    #expect(server.session.isFinished)
    #expect(sent < 10_000)
    #expect(frames.last { $0.type == 7 }?.code == flood.code)
    #expect(server.session.terminationCode?.rawValue == flood.code)
  }

  @Test("DATA of a few bytes is counted, but for the last frame of a stream")
  func smallData() throws {
    var limits = HTTP2Limits()
    limits.smallData = 50
    let server = try ServerHarness(limits: limits)
    server.exchange(Build.hello)
    for id in 0..<60 as Range<UInt32> {
      server.exchange(Build.headers(2 * id + 1, Build.post(), endStream: false))
      server.exchange(Build.data(2 * id + 1, [1], endStream: true))
    }
    server.exchange(Build.headers(201, Build.post(), endStream: false))
    for _ in 0..<60 { server.exchange(Build.data(201, Array(repeating: 1, count: 64))) }
    for _ in 0..<50 { server.exchange(Build.data(201, [1])) }
    #expect(!server.session.isTerminating)
    server.exchange(Build.data(201, [1]))
    #expect(server.session.terminationCode == .enhanceYourCalm)
  }

  @Test("requests in which the driver finds a fault count as resets, and earn none")
  func faults() throws {
    let server = try ServerHarness()
    server.answers = false
    server.exchange(Build.hello)
    for round in 0..<201 as Range<UInt32> {
      #expect(!server.session.isTerminating)
      let id = round * 2 + 1
      server.exchange(Build.headers(id))
      let stream = try #require(server.streams[Int32(id)])
      server.session.noteFault(of: stream)
      server.session.noteFault(of: stream)
      server.respond(stream)
      _ = server.pull()
    }
    #expect(server.session.terminationCode == .enhanceYourCalm)
  }

  @Test("a peer that floods within the limits of every window but never reads is cut off")
  func neverReads() throws {
    let server = try ServerHarness()
    server.records = false
    server.exchange(Build.hello)
    var rounds = 0
    while rounds < 1_000, !server.session.isTerminating {
      rounds += 1
      server.now = server.now + .seconds(11)
      server.feed([[UInt8]](repeating: Build.ping(), count: 90).flatMap { $0 })
    }
    #expect(rounds < 10)
    #expect(server.pull().contains { $0.type == 7 && $0.code == 11 })
  }

  @Test("limits of a window don't add up over a long connection")
  func longConnection() throws {
    let server = try ServerHarness()
    server.records = false
    server.exchange(Build.hello + Build.settingsAcknowledgement)
    for round in 0..<200 as Range<UInt32> {
      server.now = server.now + .seconds(10)
      var bytes = [[UInt8]](repeating: Build.ping(), count: 90).flatMap { $0 }
      bytes += Build.settings([])
      bytes += Build.headers(round * 2 + 1) + Build.windowUpdate(0, 5)
      #expect(!server.exchange(bytes).contains { $0.type == 7 })
    }
    #expect(!server.session.isTerminating)
  }

  @Test("a browser that cancels a page's streams, and goes on, is left alone")
  func honestCancels() throws {
    let server = try ServerHarness()
    server.records = false
    server.exchange(Build.hello + Build.settingsAcknowledgement)
    var id: UInt32 = 1
    for _ in 0..<50 {
      for _ in 0..<20 {
        server.exchange(Build.headers(id))
        id += 2
      }
      for _ in 0..<10 {
        server.feed(Build.headers(id, Build.post(), endStream: false) + Build.reset(id))
        id += 2
      }
      _ = server.pull()
    }
    #expect(!server.session.isTerminating)
  }

  @Test("a compression bomb ends the connection")
  func compressionBomb() throws {
    let server = try ServerHarness()
    server.records = false
    server.exchange(Build.hello)
    // A value of 4,000 bytes enters the table, then one byte each refers to it.
    let entry: [UInt8] =
      [0x40] + Build.string("x") + Build.string(String(repeating: "a", count: 4_000))
    let block = Build.block(Build.requestFields) + entry + Array(repeating: 0xbe, count: 10_000)
    let frames = server.exchange(Build.frame(1, flags: 5, stream: 1, block))
    #expect(frames.contains { $0.type == 7 && $0.code == 11 })
    #expect(server.session.isFinished)
  }

  @Test("a header list above the limit is reported, without the fields beyond it")
  func largeHeaderList() throws {
    let server = try ServerHarness()
    server.answers = false
    let value = String(repeating: "a", count: 10_000)
    let fields = (0..<8).map { ("x-\($0)", value) }
    var bytes = Build.headers(1, endHeaders: false)
    for field in fields { bytes += Build.continuation(1, Build.block([field]), endHeaders: false) }
    bytes += Build.continuation(1, [], endHeaders: true)
    server.exchange(Build.hello + bytes)
    #expect(server.events.last == "1 request end too large")
    #expect(server.events.filter { $0.hasPrefix("1 x-") }.count == 6)
    #expect(!server.session.isTerminating)
  }

  @Test("content above the window ends the connection")
  func aboveTheWindow() throws {
    let server = try ServerHarness()
    server.consumes = false
    server.records = false
    server.exchange(Build.hello + Build.settingsAcknowledgement + Self.open)
    var frames: [ReceivedFrame] = []
    for _ in 0..<20 {
      frames += server.exchange(Build.data(1, Array(repeating: 0, count: 16_384)))
    }
    #expect(frames.contains { $0.type == 7 && $0.code == 3 })
  }
}

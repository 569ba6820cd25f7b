// What RFC 9113 forbids, frame by frame: each ends the stream or the connection with its code.

import HTTP2Engine
import Primitives
import Testing

@Suite struct StrictnessTests {
  /// What must come back.
  enum Outcome: Sendable {
    /// GOAWAY with one of the codes; the connection is finished.
    case connection([UInt32])
    /// RST_STREAM with that code, or GOAWAY with it.
    case stream(UInt32)
    /// A response on that stream, and no error.
    case response(UInt32)
    /// No error, and a PING is answered.
    case alive
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let outcome: Outcome
    var testDescription: String { name }

    init(_ name: String, _ outcome: Outcome, _ bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
      self.outcome = outcome
    }
  }

  @Test("raw frames", arguments: StrictnessCases.all)
  func rawFrames(_ test: Case) throws {
    try check(test, chunk: .max)
  }

  @Test("raw frames, one byte at a time", arguments: StrictnessCases.all)
  func rawFramesBytewise(_ test: Case) throws {
    try check(test, chunk: 1)
  }

  private func check(_ test: Case, chunk: Int) throws {
    let server = try ServerHarness()
    var frames = server.exchange(FrameBuilder.hello + FrameBuilder.settingsAcknowledgement)
    let bytes = test.bytes
    var position = 0
    while position < bytes.count {
      let end = chunk == .max ? bytes.count : min(position + chunk, bytes.count)
      frames += server.exchange(Array(bytes[position..<end]))
      position = end
    }
    let goAway = frames.first { $0.type == 7 }
    switch test.outcome {
    case .connection(let codes):
      let code = try #require(goAway?.code, "\(server.events)")
      #expect(codes.contains(code))
      #expect(server.session.isFinished)
      #expect(server.session.terminationCode?.rawValue == code)
    case .stream(let code):
      let found = frames.filter { $0.type == 3 || $0.type == 7 }.map(\.code)
      #expect(Set(found) == [code], "\(server.events)")
      #expect(!server.events.contains { $0.hasSuffix("end") && $0.hasPrefix("1 data") })
    case .response(let stream):
      #expect(goAway == nil)
      #expect(!frames.contains { $0.type == 3 })
      #expect(frames.contains { $0.type == 1 && $0.stream == stream }, "\(server.events)")
    case .alive:
      #expect(goAway == nil)
      #expect(!server.session.isFinished)
      let answer = server.exchange(FrameBuilder.ping())
      #expect(answer.contains { $0.type == 6 && $0.flags == 1 })
    }
  }

  @Test("a wrong preface closes the connection")
  func wrongPreface() throws {
    let server = try ServerHarness()
    let frames = server.exchange(Array("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n".utf8))
    #expect(frames.contains { $0.type == 7 && $0.code == 1 })
    #expect(server.session.isFinished)
  }

  @Test("a first frame other than SETTINGS closes the connection")
  func firstFrame() throws {
    let server = try ServerHarness()
    let frames = server.exchange(FrameBuilder.preface + FrameBuilder.ping())
    #expect(frames.contains { $0.type == 7 && $0.code == 1 })
    #expect(server.session.isFinished)
  }

  @Test("frames that are on their way when we reset a stream are no fault")
  func graceAfterReset() throws {
    let server = try ServerHarness()
    server.answers = false
    server.exchange(
      FrameBuilder.hello + FrameBuilder.headers(1, FrameBuilder.post(), endStream: false))
    let stream = try #require(server.streams[1])
    server.session.reset(stream, .cancel)
    // Before the RST_STREAM is in the output, and after.
    var frames = server.session.wantsToSend ? [] : server.pull()
    frames += server.exchange(FrameBuilder.data(1, [1, 2, 3]))
    #expect(frames.contains { $0.type == 3 && $0.code == 8 })
    frames = server.exchange(
      FrameBuilder.data(1, [4]) + FrameBuilder.windowUpdate(1, 10)
        + FrameBuilder.headers(1, [("x-late", "1")]))
    #expect(!frames.contains { $0.type == 7 })
    #expect(!server.session.isFinished)
    #expect(stream.isClosed)
  }

  @Test("a refused stream's frames are no fault, and it may be sent again")
  func refusedStream() throws {
    var limits = HTTP2Limits()
    limits.concurrentStreams = 1
    let server = try ServerHarness(limits: limits)
    server.answers = false
    // Our SETTINGS are not acknowledged yet: the peer may not know the limit.
    var frames = server.exchange(
      FrameBuilder.hello + FrameBuilder.headers(1)
        + FrameBuilder.headers(3, FrameBuilder.post(), endStream: false)
        + FrameBuilder.data(3, [1], endStream: true))
    #expect(frames.contains { $0.type == 3 && $0.stream == 3 && $0.code == 7 })
    #expect(!frames.contains { $0.type == 7 })
    frames = server.exchange(FrameBuilder.settingsAcknowledgement + FrameBuilder.headers(5))
    #expect(frames.contains { $0.type == 7 && $0.code == 1 })
  }

  @Test("streams opened after GOAWAY are ignored")
  func afterGoAway() throws {
    let server = try ServerHarness()
    server.answers = false
    server.exchange(FrameBuilder.hello + FrameBuilder.headers(1))
    server.session.announceGoingAway()
    #expect(server.pull().contains { $0.type == 7 && $0.payload.starts(with: [127, 255]) })
    server.session.goAway()
    var frames = server.exchange(
      FrameBuilder.headers(3, FrameBuilder.post(), endStream: false)
        + FrameBuilder.data(3, [1], endStream: true))
    #expect(frames.filter { $0.type == 7 }.map(\.code) == [0])
    #expect(!server.session.isFinished)
    server.respond(try #require(server.streams[1]))
    frames = server.pull()
    #expect(frames.contains { $0.type == 0 && $0.stream == 1 })
    #expect(server.session.isFinished)
    #expect(!server.session.isTerminating)
  }
}

// What a server may not send, and what a client does with a response that is cut short.

import HTTP2Engine
import Testing

@Suite struct ClientStrictnessTests {
  typealias Build = FrameBuilder

  /// A client with a GET and a POST on their way, that heard the server's SETTINGS.
  private func client() throws -> ClientHarness {
    let client = try ClientHarness()
    _ = try client.request("GET")
    _ = try client.request("POST", endStream: false)
    _ = client.pull()
    client.feed(Build.settings([]))
    return client
  }

  @Test(
    "frames that end the connection",
    arguments: [
      ("PUSH_PROMISE", Build.frame(5, flags: 4, stream: 1, Build.word(2)), 1),
      (
        "DATA after END_STREAM",
        response + Build.data(1, [1], endStream: true) + Build.data(1, [2]), 5
      ),
      ("HEADERS after trailers", response + trailers + trailers, 5),
      ("a request from the server", Build.headers(2), 1),
      ("DATA on a stream never opened", Build.data(9, [1]), 1),
      ("ENABLE_PUSH of 1", Build.settings([(2, 1)]), 1),
      ("DATA before HEADERS", Build.data(1, [1]), 1),
    ] as [(String, [UInt8], UInt32)])
  func connectionErrors(name: String, bytes: [UInt8], code: UInt32) throws {
    let client = try client()
    client.feed(bytes)
    let goAway = client.pull().first { $0.type == 7 }
    #expect(goAway?.code == code, "\(name)")
    #expect(client.session.isFinished)
  }

  @Test("late frames of a server on a stream that we reset are no fault")
  func graceAfterReset() throws {
    let client = try client()
    let stream = try client.request("GET")
    _ = client.pull()
    client.session.reset(stream, .cancel)
    _ = client.pull()
    #expect(client.closed[stream.id] == .cancel)
    let id = UInt32(stream.id)
    client.feed(Build.headers(id, [(":status", "200")], endStream: false) + Build.data(id, [1]))
    #expect(!client.pull().contains { $0.type == 7 })
    #expect(!client.session.isTerminating)
  }

  @Test("a response shorter than its content-length never looks whole")
  func shortResponse() throws {
    let client = try client()
    let head = [(":status", "200"), ("content-length", "5")]
    client.feed(Build.headers(1, head, endStream: false) + Build.data(1, [1], endStream: true))
    _ = client.pull()
    #expect(client.closed[1] == .protocolError)
    #expect(!client.events.contains("1 data end"))
  }

  @Test("a reset response never looks whole")
  func resetResponse() throws {
    let client = try client()
    client.feed(Self.response + Build.data(1, [1]) + Build.reset(1, 2))
    #expect(client.closed[1] == .internalError)
    #expect(!client.events.contains("1 data end"))
  }

  @Test("white space around a server's value is trimmed")
  func trimming() throws {
    let client = try client()
    client.feed(Build.headers(1, [(":status", "200"), ("x", " a b\t")]))
    #expect(client.events.contains("1 x: a b"))
  }

  private static let response = Build.headers(1, [(":status", "200")], endStream: false)
  private static let trailers = Build.headers(1, [("x", "1")])
}

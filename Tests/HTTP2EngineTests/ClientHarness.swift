// A client on the engine, and the wire between it and a server.

import HTTP2Engine
import Primitives

/// Sends requests through a client session and collects the responses.
final class ClientHarness: HTTP2SessionDelegate {
  let session: HTTP2Session
  var now = Instant(nanoseconds: 1)
  var events: [String] = []
  var content: [Int32: [UInt8]] = [:]
  var consumes = true
  var closed: [Int32: HTTP2ErrorCode] = [:]

  init(limits: HTTP2Limits = .client) throws {
    session = try HTTP2Session(.client, limits: limits, scratch: HTTP2Scratch())
  }

  /// Feeds `bytes`.
  func feed(_ bytes: [UInt8]) { session.receive(bytes.span, now: now, delegate: self) }

  /// The frames that the client sends, without its preface.
  func pull() -> [ReceivedFrame] {
    var bytes: [UInt8] = []
    while session.pull(into: &bytes, limit: 1 << 20, now: now, delegate: self) {}
    if bytes.starts(with: FrameBuilder.preface) { bytes.removeFirst(FrameBuilder.preface.count) }
    return ReceivedFrame.all(in: bytes)
  }

  /// Carries bytes both ways until nothing moves.
  func run(with server: ServerHarness, chunk: Int = .max) {
    var moved = true
    while moved {
      moved = false
      var bytes: [UInt8] = []
      while session.pull(into: &bytes, limit: 1 << 16, now: now, delegate: self) {}
      moved = moved || !bytes.isEmpty
      Self.split(bytes, chunk) { server.feed($0) }
      var back: [UInt8] = []
      while server.session.pull(into: &back, limit: 1 << 16, now: server.now, delegate: server) {}
      moved = moved || !back.isEmpty
      Self.split(back, chunk) { feed($0) }
    }
  }

  private static func split(_ bytes: [UInt8], _ chunk: Int, _ body: ([UInt8]) -> Void) {
    var position = 0
    while position < bytes.count {
      let end = chunk > bytes.count - position ? bytes.count : position + chunk
      body(Array(bytes[position..<end]))
      position = end
    }
  }

  /// Opens a request with these fields beside the pseudo-header fields.
  func request(
    _ method: String, fields: [(String, String)] = [], endStream: Bool = true,
    attachment: AnyObject? = nil
  ) throws -> HTTP2Stream {
    var bytes: [UInt8] = []
    var table = HTTP2FieldTable()
    func put(_ text: String) -> Range<Int> {
      let start = bytes.count
      bytes += Array(text.utf8)
      return start..<bytes.count
    }
    table.append(.method, value: put(method))
    table.append(.scheme, value: put("https"))
    table.append(.authority, value: put("example.org"))
    table.append(.path, value: put("/"))
    for (name, value) in fields {
      table.append(name: put(name), value: put(value), isSensitive: name == "authorization")
    }
    return try session.submitRequest(
      bytes: bytes, table: table, endStream: endStream, attachment: attachment)
  }

  func headersBegan(_ stream: HTTP2Stream) {}

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    events.append("\(stream.id) \(text(name)): \(text(value))")
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    events.append("\(stream.id) \(kind)\(endStream ? " end" : "")")
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    content[stream.id, default: []].append(bytes)
    if consumes { session.consume(stream, bytes.count) }
  }

  func dataEnded(_ stream: HTTP2Stream) { events.append("\(stream.id) data end") }

  func outputDrained(_ stream: HTTP2Stream) { events.append("\(stream.id) drained") }

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    events.append("\(stream.id) closed \(code.rawValue)")
    closed[stream.id] = code
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) {
    events.append("go away \(lastStreamID) \(code.rawValue)")
  }

  func pingAcknowledged(_ payload: UInt64) { events.append("ping \(payload)") }
}

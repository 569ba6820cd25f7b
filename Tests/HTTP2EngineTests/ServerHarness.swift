// A server on the engine that answers every complete request, and writes down what happens.

import HTTP2Engine
import Primitives

/// Feeds raw bytes to a server session and reads its frames.
final class ServerHarness: HTTP2SessionDelegate {
  let session: HTTP2Session
  var now = Instant(nanoseconds: 1)
  /// Events as text, one each.
  var events: [String] = []
  /// Whether complete requests are answered (with `body`) at once.
  var answers = true
  var consumes = true
  var body = Bytes(Array("hello".utf8))
  /// Where the content of the next streams is summed.
  var account: HTTP2Account?
  var streams: [Int32: HTTP2Stream] = [:]
  var records = true
  var output: [UInt8] = []

  init(limits: HTTP2Limits = HTTP2Limits()) throws {
    session = try HTTP2Session(.server, limits: limits, scratch: HTTP2Scratch())
  }

  /// Feeds `bytes`; what comes out waits for `pull`.
  func feed(_ bytes: [UInt8]) { session.receive(bytes.span, now: now, delegate: self) }

  /// Feeds `bytes`, and returns the frames that come out.
  @discardableResult
  func exchange(_ bytes: [UInt8]) -> [ReceivedFrame] {
    feed(bytes)
    return pull()
  }

  func pull() -> [ReceivedFrame] {
    output.removeAll(keepingCapacity: true)
    while session.pull(into: &output, limit: 1 << 20, now: now, delegate: self) {}
    return ReceivedFrame.all(in: output)
  }

  func respond(_ stream: HTTP2Stream) {
    let none: [UInt8] = []
    do {
      try session.submitResponse(
        stream, status: 200, bytes: none, table: HTTP2FieldTable(), endStream: false)
      try session.enqueue(stream, body)
      try session.finish(stream)
    } catch {
      note("respond: \(error)")
    }
  }

  private func note(_ text: @autoclosure () -> String) {
    if records { events.append(text()) }
  }

  func headersBegan(_ stream: HTTP2Stream) {
    streams[stream.id] = stream
    stream.account = account
  }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    note("\(stream.id) \(text(name)): \(text(value))")
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    note("\(stream.id) \(kind)\(endStream ? " end" : "")\(tooLarge ? " too large" : "")")
    if endStream && answers { respond(stream) }
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    note("\(stream.id) data \(bytes.count)")
    if consumes { session.consume(stream, bytes.count) }
  }

  func dataEnded(_ stream: HTTP2Stream) {
    note("\(stream.id) data end")
    if answers { respond(stream) }
  }

  func outputDrained(_ stream: HTTP2Stream) { note("\(stream.id) drained") }

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    note("\(stream.id) closed \(code.rawValue)")
    streams[stream.id] = nil
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) {
    note("go away \(lastStreamID) \(code.rawValue)")
  }

  func pingAcknowledged(_ payload: UInt64) { note("ping \(payload)") }
}

/// The span's bytes as text.
func text(_ span: Span<UInt8>) -> String {
  var copy: [UInt8] = []
  copy.append(span)
  return String(decoding: copy, as: UTF8.self)
}

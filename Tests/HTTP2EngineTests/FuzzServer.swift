// A server that does with a fuzzed connection whatever a driver may do.

import HTTP2Engine
import Primitives

/// Answers, resets, discards and ends by the stream's number; checks what must always hold.
final class FuzzServer: HTTP2SessionDelegate {
  private let session: HTTP2Session
  private let answers: Bool
  private var open = 0
  private var time: UInt64 = 1
  private let body = Bytes(Array(repeating: 65, count: 40_000))

  private init?(answers: Bool) {
    var limits = HTTP2Limits()
    limits.concurrentStreams = 8
    limits.streamWindowBytes = 1_000
    limits.headerListBytes = 2_000
    limits.headerListHardBytes = 4_000
    limits.offersExtendedConnect = true
    do {
      session = try HTTP2Session(.server, limits: limits, scratch: HTTP2Scratch())
    } catch {
      return nil
    }
    self.answers = answers
  }

  /// Feeds `bytes` in pieces of at most `pieces` bytes (0: all at once).
  static func run(_ bytes: [UInt8], pieces: Int, answers: Bool) {
    guard let server = FuzzServer(answers: answers) else { return }
    var position = 0
    while position < bytes.count, !server.session.isFinished {
      let end = pieces == 0 ? bytes.count : min(position + pieces, bytes.count)
      server.exchange(Array(bytes[position..<end]))
      position = end
    }
    server.session.goAway()
    server.exchange([])
    server.session.closeAll(.internalError, delegate: server)
    precondition(server.open == 0 && server.session.streamCount == 0)
    precondition(server.session.queuedBytes == 0)
  }

  private func exchange(_ bytes: [UInt8]) {
    time += 1_000_000
    let now = Instant(nanoseconds: time)
    session.receive(bytes.span, now: now, delegate: self)
    var output: [UInt8] = []
    while session.pull(into: &output, limit: 30_000, now: now, delegate: self) {}
    precondition(session.streamCount == open)
  }

  private func act(_ stream: HTTP2Stream) {
    guard answers else { return }
    var table = HTTP2FieldTable()
    let fields = Array("X-Namevalue".utf8)
    table.append(name: 0..<6, value: 6..<11)
    do {
      switch stream.id / 2 % 6 {
      case 0:
        try session.submitResponse(
          stream, status: 200, bytes: fields, table: table, endStream: true)
      case 1:
        try session.submitInterim(stream, status: 103, bytes: fields, table: table)
        try session.submitResponse(
          stream, status: 404, bytes: fields, table: table, endStream: false)
        try session.enqueue(stream, body)
        try session.finish(stream, trailers: fields, table: table)
      case 2: session.reset(stream, .cancel)
      case 3:
        session.discardContent(of: stream)
        try session.submitResponse(
          stream, status: 413, bytes: fields, table: table, endStream: true)
      case 4:
        try session.submitResponse(
          stream, status: 200, bytes: fields, table: table, endStream: false)
        try session.enqueue(stream, body.slice(0..<10))
      default: break
      }
    } catch {
      // The stream was closed, or answered already: the verbs say so and do nothing.
      return
    }
  }

  func headersBegan(_ stream: HTTP2Stream) {
    precondition(!stream.isClosed)
    if stream.attachment == nil {
      stream.attachment = self
      open += 1
    }
  }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    precondition(name.count > 0 && !stream.isClosed)
    for index in 0..<name.count { precondition(!(65...90).contains(name[index])) }
    for index in 0..<value.count { precondition(value[index] != 10 && value[index] != 0) }
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    precondition(kind == .request || (kind == .trailers && endStream))
    act(stream)
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    precondition(!stream.isClosed && bytes.count > 0)
    if stream.id % 4 == 1 { session.consume(stream, bytes.count) }
  }

  func dataEnded(_ stream: HTTP2Stream) {
    do {
      try session.finish(stream)
    } catch {
      // As in `act`.
      return
    }
  }

  func outputDrained(_ stream: HTTP2Stream) { precondition(!stream.isClosed) }

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    precondition(stream.attachment === self)
    open -= 1
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) {}

  func pingAcknowledged(_ payload: UInt64) {}
}

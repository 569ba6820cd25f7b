// An HTTP/2 server for tests, over a scripted connection.

import HTTP2Engine
import Primitives
import Runtime

/// Answers each request by its path; see `answer`.
final class ScriptedHTTP2: HTTP2SessionDelegate, @unchecked Sendable {
  // Confined to the origins' loop.
  private final class Request {
    var fields: [(String, String)] = []
    var body: [UInt8] = []

    func value(_ name: String) -> String { fields.first { $0.0 == name }?.1 ?? "" }
  }

  private let connection: ScriptedConnection
  private let session: HTTP2Session
  private var count = 0

  init?(_ connection: ScriptedConnection) {
    self.connection = connection
    do throws(HTTP2Failure) {
      session = try HTTP2Session(.server, limits: HTTP2Limits(), scratch: HTTP2Scratch())
    } catch {
      return nil
    }
  }

  /// Serves until the client closes.
  static func serve(_ connection: ScriptedConnection) async {
    guard let server = ScriptedHTTP2(connection) else { return }
    await server.run()
  }

  private func run() async {
    send()
    while let bytes = await connection.some() {
      session.receive(bytes.span, now: connection.loop.now, delegate: self)
      send()
      if session.isFinished { return }
    }
    connection.note("closed")
  }

  private func send() {
    var output: [UInt8] = []
    _ = session.pull(into: &output, limit: 1 << 24, now: connection.loop.now, delegate: self)
    connection.send(Bytes(output))
  }

  func headersBegan(_ stream: HTTP2Stream) { stream.attachment = Request() }

  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>) {
    (stream.attachment as? Request)?.fields.append(
      (
        String(decoding: Bytes(copying: name).array(), as: UTF8.self),
        String(decoding: Bytes(copying: value).array(), as: UTF8.self)
      ))
  }

  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool
  ) {
    guard kind == .request, let request = stream.attachment as? Request else { return }
    count += 1
    if endStream { answer(stream, request) }
  }

  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>) {
    (stream.attachment as? Request)?.body.append(bytes)
    session.consume(stream, bytes.count)
  }

  func dataEnded(_ stream: HTTP2Stream) {
    guard let request = stream.attachment as? Request else { return }
    answer(stream, request)
  }

  func outputDrained(_ stream: HTTP2Stream) {}

  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode) {
    if code != .noError { connection.note("closed by \(code.rawValue)") }
  }

  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode) {}
  func pingAcknowledged(_ payload: UInt64) {}

  private func answer(_ stream: HTTP2Stream, _ request: Request) {
    switch request.value(":path") {
    case "/silent": return
    case "/refused" where connection.index == 0: session.reset(stream, .refusedStream)
    case "/http11": session.reset(stream, .http11Required)
    case "/goaway" where connection.index == 0: session.terminate(.noError)
    case "/truncated":
      respond(stream, body: Array("half".utf8), isComplete: false)
      session.reset(stream, .internalError)
    case "/large": respond(stream, body: Array(repeating: 120, count: 4 << 20))
    case "/echo": respond(stream, body: request.body)
    case "/size": respond(stream, body: Array("\(request.body.count)".utf8))
    default:
      let names = request.fields.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
      respond(stream, body: Array(names.utf8))
    }
  }

  private func respond(_ stream: HTTP2Stream, body: [UInt8], isComplete: Bool = true) {
    let bytes = Array("x-kindtest".utf8)
    var table = HTTP2FieldTable()
    table.append(name: 0..<6, value: 6..<10)
    do throws(HTTP2Failure) {
      try session.submitResponse(stream, status: 200, bytes: bytes, table: table, endStream: false)
      try session.enqueue(stream, Bytes(body))
      if isComplete { try session.finish(stream) }
    } catch {
      connection.note("\(error)")
    }
  }
}

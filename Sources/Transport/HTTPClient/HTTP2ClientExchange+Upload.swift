// A request's body as HTTP/2.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

extension HTTP2ClientExchange: UploadDestination {
  var lane: Lane { http2.connection.lane }
  var queuedBytes: Int { stream?.queuedBytes ?? 0 }
  var queuedBytesAtEnd: Int { .max }

  func send(_ piece: Bytes) -> Bool {
    guard let stream else { return false }
    do throws(HTTP2Failure) { try http2.session.enqueue(stream, piece) } catch { return false }
    http2.flush()
    return true
  }

  func finishUpload(trailers: FieldBlock?) {
    guard let stream else { return }
    do throws(HTTP2Failure) { try finish(stream, trailers) } catch { return }
    uploadEnded()
    http2.flush()
  }

  func uploadBroke(_ failure: Failure) {
    fail(.requestBroken(failure))
    http2.flush()
  }

  private func finish(
    _ stream: HTTP2Stream, _ trailers: FieldBlock?
  ) throws(HTTP2Failure) {
    guard let trailers, !trailers.isEmpty else { return try http2.session.finish(stream) }
    var table = HTTP2FieldTable()
    for entry in trailers.entries where entry.name.trailerRule == .allowed {
      table.append(name: entry.nameRange, value: entry.valueRange)
    }
    try http2.session.finish(stream, trailers: trailers.bytes, table: table)
  }
}

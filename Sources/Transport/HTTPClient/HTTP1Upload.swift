// A request's body as HTTP/1.1.

import Exchange
import HTTP
import Primitives
import Runtime

/// Frames a request's body on a connection. It keeps the connection's object: an upload outlives what
/// else refers to it.
final class HTTP1Upload: UploadDestination {
  /// How the body is framed.
  enum Framing {
    case length, chunked
    /// After a change of protocol: bytes as they are, until the client closes.
    case raw
  }

  private let framing: Framing
  private let http1: HTTP1ClientConnection
  /// Bytes that go before the next piece: the end of the last chunk and the head of the next.
  private var prefix: [UInt8] = []

  init(_ framing: Framing, on http1: HTTP1ClientConnection) {
    self.framing = framing
    self.http1 = http1
  }

  var lane: Lane { http1.connection.lane }
  var queuedBytes: Int { http1.connection.queuedBytes }
  /// What is said by closing comes behind all that was sent.
  var queuedBytesAtEnd: Int { framing == .raw ? 0 : .max }

  var progressAt: Instant {
    get { http1.progressAt }
    set { http1.progressAt = newValue }
  }

  func send(_ piece: Bytes) -> Bool {
    if framing == .chunked { HTTP1ChunkWriter.appendHead(length: piece.count, to: &prefix) }
    guard transmit(piece) else { return false }
    if framing == .chunked { HTTP1ChunkWriter.appendTail(to: &prefix) }
    return true
  }

  func finishUpload(trailers: FieldBlock?) {
    switch framing {
    case .raw: return http1.connection.shutdownWrite()
    case .length: break
    case .chunked:
      if let trailers {
        HTTP1ChunkWriter.appendEnd(trailers: trailers, to: &prefix)
      } else {
        HTTP1ChunkWriter.appendEnd(to: &prefix)
      }
      guard transmit(.empty) else { return }
    }
    http1.state.requestEnded()
    http1.uploadEnded()
  }

  func uploadBroke(_ failure: Failure) { http1.fail(.requestBroken(failure)) }

  private func transmit(_ piece: Bytes) -> Bool {
    defer { prefix.removeAll(keepingCapacity: true) }
    http1.progressAt = http1.connection.loop.now
    do throws(HTTPClientError) {
      try prefix.withSpan { head throws(HTTPClientError) in
        try http1.connection.transmit(head, piece)
      }
      return true
    } catch {
      http1.connectionFailed(error)
      return false
    }
  }
}

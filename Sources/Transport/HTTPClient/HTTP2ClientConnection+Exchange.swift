// One exchange: the request onto a stream, the response's head off it.

package import Exchange
import HTTP
import HTTP2Engine
import Primitives
package import Runtime

extension HTTP2ClientConnection {
  /// Sends `request` on a new stream and waits for the head of its response; the body follows from
  /// the stream in the result, or is there already if it came along. Waits on `parker`.
  package func exchange(
    _ request: borrowing ClientRequest, parker: Parker
  ) async throws(HTTPClientError) -> FetchedResponse {
    noteBegin()
    let exchange = HTTP2ClientExchange(on: self, for: request, of: parker.lane)
    exchange.stream = try submit(request, exchange)
    do throws(HTTPClientError) {
      try beginBody(request, exchange)
      flush()
      return try await exchange.awaitHead(parker)
    } catch {
      exchange.fail(error)
      flush()
      throw error
    }
  }

  /// How much the origin can have done with an exchange that failed before its head.
  package static func progress(of error: HTTPClientError) -> HTTPClientError.Progress {
    switch error {
    case .refusedUnprocessed, .goneAway, .notTaken, .http11Required, .requestMalformed:
      .nothingSent
    case .closedBeforeResponse, .connectionBroken, .firstByteTimedOut, .unresponsive,
      .writeTimedOut:
      .noResponse
    default: .responseBegan
    }
  }

  private func submit(
    _ request: borrowing ClientRequest, _ exchange: HTTP2ClientExchange
  ) throws(HTTPClientError) -> HTTP2Stream {
    var hasNoBody = false
    if case .none = request.body { hasNoBody = true }
    gather(request.head, request.framing)
    do throws(HTTP2Failure) {
      return try session.submitRequest(
        bytes: memory.fieldBytes, table: memory.table, endStream: hasNoBody, attachment: exchange)
    } catch {
      drain()
      throw .notTaken
    }
  }

  private func beginBody(
    _ request: borrowing ClientRequest, _ exchange: HTTP2ClientExchange
  ) throws(HTTPClientError) {
    guard let stream = exchange.stream else { return }
    switch request.body {
    case .none: break
    case .bytes(let bytes):
      do throws(HTTP2Failure) {
        try session.enqueue(stream, bytes)
        try session.finish(stream)
      } catch {
        throw .streamReset("the origin's stream closed at once")
      }
    case .stream(let source, let length):
      let upload = RequestUpload(
        source, length: length, to: exchange, awaitsContinue: request.awaitsContinue)
      exchange.upload = upload
      upload.start()
    }
  }

  /// RFC 9113 sections 8.2.2 and 8.3.1: pseudo-header fields first, nothing of the connection.
  private func gather(_ head: borrowing RequestHead, _ framing: HTTP1MessageFraming.Body) {
    memory.fieldBytes.removeAll(keepingCapacity: true)
    memory.table.removeAll()
    append(.method) { output in
      output.append(addingCapacity: head.method.tokenBytes) { head.method.write(to: &$0) }
    }
    append(.scheme) { $0.append(head.scheme == .https ? "https" : "http") }
    append(.authority) { $0.append(head.authority.span) }
    append(.path) { $0.append(head.path.span) }
    let base = memory.fieldBytes.count
    memory.fieldBytes.append(head.fields.bytes.span)
    for entry in head.fields.entries {
      switch entry.name {
      case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade, .host,
        .contentLength, .http2Settings:
        continue
      default:
        memory.table.append(
          name: base + entry.nameRange.lowerBound..<base + entry.nameRange.upperBound,
          value: base + entry.valueRange.lowerBound..<base + entry.valueRange.upperBound,
          isSensitive: entry.name == .authorization || entry.name == .cookie)
      }
    }
    guard case .length(let length) = framing else { return }
    let start = memory.fieldBytes.count
    memory.fieldBytes.append("content-length")
    let valueStart = memory.fieldBytes.count
    memory.fieldBytes.appendDecimal(length)
    memory.table.append(name: start..<valueStart, value: valueStart..<memory.fieldBytes.count)
  }

  private func append(
    _ pseudo: HTTP2FieldTable.PseudoField, _ write: (inout [UInt8]) -> Void
  ) {
    let start = memory.fieldBytes.count
    write(&memory.fieldBytes)
    memory.table.append(pseudo, value: start..<memory.fieldBytes.count)
  }
}

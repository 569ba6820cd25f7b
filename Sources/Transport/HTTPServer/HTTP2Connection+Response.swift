// Writing responses as HTTP/2.

import Exchange
import HTTP
import HTTP2Engine
import Primitives
import Runtime

extension HTTP2Connection: ResponseSink {
  func interim(_ head: ResponseHead, for exchange: Exchange) {
    guard let (session, stream) = target(exchange), head.status != 101 else { return }
    gather(head.fields)
    attempt { () throws(HTTP2Failure) in
      try session.submitInterim(
        stream, status: Int(head.status), bytes: fieldBytes, table: table)
    }
    wake()
  }

  func respond(_ exchange: Exchange) {
    guard let (session, stream) = target(exchange) else { return }
    gatherHead(of: &exchange.response)
    let body = exchange.response.takeBody()
    let isEmpty = hasNoContent(exchange) || body.isEmpty
    attempt { () throws(HTTP2Failure) in
      try submitHead(exchange, session, stream, endStream: isEmpty)
      guard !isEmpty else { return }
      switch body {
      case .none, .stream: break
      case .bytes(let bytes): try enqueue(bytes, session, stream)
      case .chunks(let chunks): for chunk in chunks { try enqueue(chunk, session, stream) }
      }
      try session.finish(stream)
    }
    release(exchange, stream)
    wake()
  }

  func begin(_ exchange: Exchange) {
    guard let (session, stream) = target(exchange) else { return }
    gatherHead(of: &exchange.response)
    attempt { () throws(HTTP2Failure) in
      try submitHead(exchange, session, stream, endStream: hasNoContent(exchange))
    }
    wake()
  }

  func write(_ bytes: Bytes, for exchange: Exchange) {
    guard let (session, stream) = target(exchange), !hasNoContent(exchange) else { return }
    attempt { () throws(HTTP2Failure) in try enqueue(bytes, session, stream) }
    wake()
  }

  func isWritable(_ exchange: Exchange) -> Bool {
    guard let (_, stream) = target(exchange) else { return true }
    return connection.isWritable(queued: stream.queuedBytes, for: tenant(of: stream))
  }

  func end(_ exchange: Exchange, trailers: FieldBlock?) {
    guard let (session, stream) = target(exchange) else { return }
    if !hasNoContent(exchange) {
      attempt { () throws(HTTP2Failure) in
        guard let trailers, !trailers.isEmpty else { return try session.finish(stream) }
        gather(trailers)
        try session.finish(stream, trailers: fieldBytes, table: table)
      }
    }
    release(exchange, stream)
    wake()
  }

  func fail(_ exchange: Exchange) {
    guard let (session, stream) = target(exchange) else { return }
    session.reset(stream, .internalError)
    release(exchange, stream)
    wake()
  }

  private func submitHead(
    _ exchange: Exchange, _ session: HTTP2Session, _ stream: HTTP2Stream, endStream: Bool
  ) throws(HTTP2Failure) {
    try session.submitResponse(
      stream, status: Int(exchange.response.status), bytes: fieldBytes, table: table,
      endStream: endStream)
    charge(fieldBytes.count, stream)
    bill(fieldBytes.count, of: stream)
  }

  private func enqueue(
    _ bytes: Bytes, _ session: HTTP2Session, _ stream: HTTP2Stream
  ) throws(HTTP2Failure) {
    try session.enqueue(stream, bytes)
    charge(bytes.count, stream)
  }

  func target(_ exchange: Exchange) -> (HTTP2Session, HTTP2Stream)? {
    guard let session, let stream = exchange.stream as? HTTP2Stream,
      stream.attachment === exchange
    else { return nil }
    return (session, stream)
  }

  /// The session has the whole response: the exchange is free for another request.
  private func release(_ exchange: Exchange, _ stream: HTTP2Stream) {
    if let body = exchange.requestBody as? HTTP2RequestBody, !body.isComplete { body.abandon() }
    stream.attachment = nil
    connection.server.giveBack(exchange, of: connection)
  }

  private func wake() { if !connection.isInTurn { connection.enqueue() } }

  /// A stream that has closed meanwhile takes no more; its exchange learns it by `streamClosed`.
  private func attempt(_ verb: () throws(HTTP2Failure) -> Void) {
    do throws(HTTP2Failure) { try verb() } catch {
      if error == .engine { connection.endAfterOutput() }
    }
  }

  private func hasNoContent(_ exchange: Exchange) -> Bool {
    ResponseHead.hasNoContent(exchange.response.status, for: exchange.request.method)
  }

  /// `response` is lent (see `Exchange`).
  @inline(never)
  private func gatherHead(of response: inout Response) {
    table.removeAll()
    fieldBytes.removeAll(keepingCapacity: true)
    var hasDate = response.fields.contains(.date)
    if let stored = response.stored {
      append(stored.fields)
      hasDate = hasDate || stored.hasDate
    }
    append(response.fields)
    if !hasDate {
      append(.date) { $0.append(connection.server.dates.text(connection.loop.wallTime).span) }
    }
    let status = response.status
    if let length = response.contentLength, status >= 200 && status != 204 {
      append(.contentLength) { $0.appendDecimal(length) }
    }
  }

  private func gather(_ fields: FieldBlock) {
    table.removeAll()
    fieldBytes.removeAll(keepingCapacity: true)
    append(fields)
  }

  private func append(_ fields: FieldBlock) {
    let base = fieldBytes.count
    fieldBytes.append(fields.bytes.span)
    let entries = fields.entries.span
    for index in entries.indices {
      let entry = entries[index]
      table.append(
        name: base + entry.nameRange.lowerBound..<base + entry.nameRange.upperBound,
        value: base + entry.valueRange.lowerBound..<base + entry.valueRange.upperBound)
    }
  }

  private func append(_ name: FieldName, _ write: (inout [UInt8]) -> Void) {
    let start = fieldBytes.count
    fieldBytes.append(name.lowercase)
    let valueStart = fieldBytes.count
    write(&fieldBytes)
    table.append(name: start..<valueStart, value: valueStart..<fieldBytes.count)
  }
}

extension ResponseBody {
  /// Whether the body is in memory and has no bytes.
  fileprivate var isEmpty: Bool {
    switch self {
    case .none: true
    case .bytes(let bytes): bytes.isEmpty
    case .chunks(let chunks): chunks.allSatisfy(\.isEmpty)
    case .stream: false
    }
  }
}

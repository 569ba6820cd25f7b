// Writing responses as HTTP/1.1.

import Exchange
import HTTP
import Primitives
import Runtime

extension HTTP1Connection: ResponseSink {
  func serve(_ exchange: Exchange, on lane: Lane, for tenant: any ConnectionTenant) -> Bool {
    connection.serve(on: lane, for: tenant)
  }

  func interim(_ head: ResponseHead, for exchange: Exchange) {
    guard exchange === self.exchange, !response.hasBegun, exchange.request.version == .http11
    else { return }
    connection.emit { HTTP1HeadWriter.appendInterim(head, to: &$0) }
  }

  func respond(_ exchange: Exchange) {
    guard exchange === self.exchange, !response.hasBegun else { return }
    connection.takeTurn { write(exchange) }
  }

  private func write(_ exchange: Exchange) {
    writeHead(exchange)
    if response.framing != .none {
      let body = exchange.response.takeBody()
      // Another length than announced would shift the end of this response, and what follows it.
      guard response.framing != .length || UInt64(body.count) == response.remaining else {
        return fail(exchange)
      }
      switch body {
      case .none, .stream: break
      case .bytes(let bytes): connection.emit(bytes)
      case .chunks(let chunks): for chunk in chunks { connection.emit(chunk) }
      }
    }
    response.isComplete = true
    exchangeAdvanced()
  }

  func begin(_ exchange: Exchange) {
    guard exchange === self.exchange, !response.hasBegun else { return }
    writeHead(exchange)
    response.isStreaming = true
    if exchange.response.status == 101 {
      body?.startRaw()
      if !connection.isInTurn { connection.enqueue() }
    }
  }

  func write(_ bytes: Bytes, for exchange: Exchange) {
    guard exchange === self.exchange, response.isStreaming else { return }
    switch response.framing {
    case .none: break
    case .untilClose: connection.emit(bytes)
    case .length:
      // More than announced would be taken for the next response.
      guard UInt64(bytes.count) <= response.remaining else { return fail(exchange) }
      response.remaining -= UInt64(bytes.count)
      connection.emit(bytes)
    case .chunked: writeChunk(bytes)
    }
  }

  func isWritable(_ exchange: Exchange) -> Bool {
    connection.isWritable(queued: connection.pendingOutputCount, for: connection.tenant)
  }

  func end(_ exchange: Exchange, trailers: FieldBlock?) {
    guard exchange === self.exchange, response.isStreaming else { return }
    switch response.framing {
    case .length where response.remaining > 0: return fail(exchange)
    case .chunked:
      connection.emit { output in
        if let trailers {
          HTTP1ChunkWriter.appendEnd(trailers: trailers, to: &output)
        } else {
          HTTP1ChunkWriter.appendEnd(to: &output)
        }
      }
    case .untilClose: keepsAlive = false
    case .none, .length: break
    }
    response.isStreaming = false
    response.isComplete = true
    exchangeAdvanced()
  }

  /// Breaks the connection off, which is all that HTTP/1.1 has to say "incomplete".
  func fail(_ exchange: Exchange) {
    guard exchange === self.exchange else { return }
    connection.abort()
  }

  /// TLS would read what it encrypts.
  var sendsFiles: Bool { connection.session == nil }

  private func writeChunk(_ bytes: Bytes) {
    if bytes.count <= HTTPServerLimits.copiedBodyBytes, bytes.loan == nil {
      connection.emit { output in
        HTTP1ChunkWriter.appendHead(length: bytes.count, to: &output)
        output.append(bytes)
        HTTP1ChunkWriter.appendTail(to: &output)
      }
    } else {
      connection.emit { HTTP1ChunkWriter.appendHead(length: bytes.count, to: &$0) }
      connection.emit(bytes)
      connection.emit { HTTP1ChunkWriter.appendTail(to: &$0) }
    }
  }

  /// Status line, fields and framing (RFC 9112 sections 4 and 6).
  private func writeHead(_ exchange: Exchange) {
    response.hasBegun = true
    decideFraming(exchange)
    let framing = framingField(exchange)
    let field = connectionField(exchange)
    connection.emit { output in
      appendHead(of: &exchange.response, framing, field, to: &output)
    }
  }

  /// `response` is lent (see `Exchange`).
  @inline(never)
  private func appendHead(
    of response: inout Response, _ framing: HTTP1MessageFraming.Body,
    _ field: HTTP1HeadWriter.Connection, to output: inout [UInt8]
  ) {
    let hasDate = response.fields.contains(.date) || response.stored?.hasDate ?? false
    let date = hasDate ? [] : connection.server.dates.text(connection.loop.wallTime)
    let lines = response.stored?.lines ?? []
    HTTP1HeadWriter.appendResponse(
      response.status, shared: lines.span, fields: response.fields, date: date.span,
      body: framing, connection: field, to: &output)
  }

  private func decideFraming(_ exchange: Exchange) {
    let status = exchange.response.status
    if status == 101 {
      keepsAlive = false
      response.framing = .untilClose
    } else if ResponseHead.hasNoContent(status, for: exchange.request.method) {
      response.framing = .none
    } else if let length = exchange.response.contentLength {
      response.framing = .length
      response.remaining = length
    } else if exchange.response.body.isComplete {
      let length = UInt64(exchange.response.body.count)
      exchange.response.contentLength = length
      response.framing = .length
      response.remaining = length
    } else if exchange.request.version == .http10 {
      keepsAlive = false
      response.framing = .untilClose
    } else {
      response.framing = .chunked
    }
  }

  private func connectionField(_ exchange: Exchange) -> HTTP1HeadWriter.Connection {
    if exchange.response.status == 101 { return .upgrade }
    if !keepsAlive { return .close }
    return exchange.request.version == .http10 ? .keepAliveNamed : .keepAlive
  }

  /// RFC 9110 section 8.6: no length in 1xx and 204; in 304 and for HEAD that of GET's body.
  private func framingField(_ exchange: Exchange) -> HTTP1MessageFraming.Body {
    let status = exchange.response.status
    switch response.framing {
    case .chunked: return .chunked
    case .untilClose: return .none
    case .length: return .length(exchange.response.contentLength ?? 0)
    case .none:
      guard status >= 200 && status != 204, let length = exchange.response.contentLength
      else { return .none }
      return .length(length)
    }
  }
}

// Writing responses as HTTP/1.1.

import Exchange
import HTTP
import Primitives
import Runtime

extension HTTP1Connection: ResponseSink {
  func serve(on lane: Lane, for tenant: any ConnectionTenant) -> Bool {
    connection.serve(on: lane, for: tenant)
  }

  func interim(_ head: ResponseHead, for exchange: Exchange) {
    guard exchange === self.exchange, !response.hasBegun, exchange.request.version == .http11
    else { return }
    connection.emit { output in
      HTTP1HeadWriter.writeStatusLine(head.status, to: &output)
      HTTP1HeadWriter.appendFieldLines(head.fields, to: &output)
      output.append("\r\n")
    }
  }

  func respond(_ exchange: Exchange) {
    guard exchange === self.exchange, !response.hasBegun else { return }
    writeHead(exchange)
    if response.framing != .none {
      switch exchange.response.body {
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
    connection.pendingOutputCount < HTTPServerLimits.pendingOutputBytes
  }

  func end(_ exchange: Exchange, trailers: FieldBlock?) {
    guard exchange === self.exchange, response.isStreaming else { return }
    switch response.framing {
    case .length where response.remaining > 0: return fail(exchange)
    case .chunked:
      connection.emit { output in
        output.append("0\r\n")
        if let trailers { HTTP1HeadWriter.appendFieldLines(trailers, to: &output) }
        output.append("\r\n")
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

  private func writeChunk(_ bytes: Bytes) {
    if bytes.count <= HTTPServerLimits.copiedBodyBytes {
      connection.emit { output in
        output.appendHexadecimal(UInt64(bytes.count))
        output.append("\r\n")
        output.append(bytes)
        output.append("\r\n")
      }
    } else {
      connection.emit { output in
        output.appendHexadecimal(UInt64(bytes.count))
        output.append("\r\n")
      }
      connection.emit(bytes)
      connection.emit { $0.append("\r\n") }
    }
  }

  /// Status line, fields and framing (RFC 9112 sections 4 and 6).
  private func writeHead(_ exchange: Exchange) {
    response.hasBegun = true
    decideFraming(exchange)
    connection.server.dateField.update(connection.loop.wallTime)
    connection.emit { output in
      HTTP1HeadWriter.writeStatusLine(exchange.response.status, to: &output)
      var hasDate = exchange.response.fields.contains(.date)
      if let stored = exchange.response.stored {
        output.append(contentsOf: stored.lines)
        hasDate = hasDate || stored.hasDate
      }
      HTTP1HeadWriter.appendFieldLines(exchange.response.fields, to: &output)
      if !hasDate {
        output.append("Date: ")
        output.append(contentsOf: connection.server.dateField.value)
        output.append("\r\n")
      }
      writeFraming(exchange, to: &output)
      output.append("\r\n")
    }
  }

  private func decideFraming(_ exchange: Exchange) {
    let status = exchange.response.status
    if status == 101 {
      keepsAlive = false
      response.framing = .untilClose
    } else if exchange.request.method == .head || status < 200 || status == 204 || status == 304 {
      response.framing = .none
    } else if let length = exchange.response.contentLength {
      response.framing = .length
      response.remaining = length
    } else if exchange.response.body.isComplete {
      response.framing = .length
    } else if exchange.request.version == .http10 {
      keepsAlive = false
      response.framing = .untilClose
    } else {
      response.framing = .chunked
    }
  }

  private func writeFraming(_ exchange: Exchange, to output: inout [UInt8]) {
    let status = exchange.response.status
    switch response.framing {
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    case .length: writeContentLength(exchange.response.contentLength ?? 0, to: &output)
    case .none:
      // RFC 9110 section 8.6: not in 1xx and 204; in 304 and for HEAD only the length of GET's body.
      if status >= 200 && status != 204, let length = exchange.response.contentLength {
        writeContentLength(length, to: &output)
      }
    case .untilClose: break
    }
    if status == 101 {
      output.append("Connection: Upgrade\r\n")
    } else if !keepsAlive {
      output.append("Connection: close\r\n")
    } else if exchange.request.version == .http10 {
      output.append("Connection: keep-alive\r\n")
    }
  }

  private func writeContentLength(_ length: UInt64, to output: inout [UInt8]) {
    output.append("Content-Length: ")
    output.appendDecimal(length)
    output.append("\r\n")
  }
}

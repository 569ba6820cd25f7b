// Heads of HTTP/1.1 as bytes.

import Primitives

/// Writes request and response heads (RFC 9112 sections 3 and 4).
///
/// Framing and connection fields come from the arguments alone; those in a block are passed over.
/// A field whose name is no token or whose value holds CR, LF, NUL or another control character is
/// left out, so that nothing that a stage or a Worker set can split a message.
package enum HTTP1HeadWriter {
  /// What the Connection field says.
  package enum Connection: Sendable {
    /// Nothing: the default of HTTP/1.1.
    case keepAlive
    /// `Connection: keep-alive`, which HTTP/1.0 clients need.
    case keepAliveNamed
    case close
    /// `Connection: upgrade`; the Upgrade field comes from the block (RFC 9110 section 7.8).
    case upgrade
  }

  /// Appends a request head in origin-form, CONNECT in authority-form. Throws when method, target
  /// or authority could not be read back as what they are; then nothing was appended.
  package static func appendRequest(
    _ head: borrowing RequestHead, body: HTTP1MessageFraming.Body, connection: Connection,
    to output: inout [UInt8]
  ) throws(HTTPParseError) {
    try check(head)
    head.method.write(to: &output)
    appendTarget(
      head.method == .connect ? head.authority.span : head.path.span, head.authority.span,
      to: &output)
    appendFieldLines(head.fields, to: &output)
    appendConnection(connection, sendsTE: head.fields.contains(.te), to: &output)
    appendFraming(body, anticipatesContent: head.method.anticipatesContent, to: &output)
    output.append("\r\n")
  }

  /// The rest of the request line, and Host, in one piece.
  private static func appendTarget(
    _ target: Span<UInt8>, _ authority: Span<UInt8>, to output: inout [UInt8]
  ) {
    // The constants have 20 bytes.
    output.append(addingCapacity: target.count + authority.count + 20) { line in
      line.append(0x20)
      line.append(target)
      line.append(" HTTP/1.1\r\nHost: ")
      line.append(authority)
      line.append("\r\n")
    }
  }

  /// Appends a response head. `body` of a response to HEAD or of a 304 says what the body would
  /// have been; `.none` and `.untilClose` write no framing field.
  package static func appendResponse(
    _ head: borrowing ResponseHead, body: HTTP1MessageFraming.Body, connection: Connection,
    to output: inout [UInt8]
  ) {
    appendStatusLine(head.status, to: &output)
    appendFieldLines(head.fields, to: &output)
    appendConnection(connection, to: &output)
    appendFraming(body, to: &output)
    output.append("\r\n")
  }

  /// Appends the lines of all fields but framing and connection fields, each with its CRLF. What
  /// it wrote can be kept and sent again.
  package static func appendFieldLines(
    _ block: borrowing FieldBlock, to output: inout [UInt8]
  ) {
    // Lines that lie one after the other go together.
    let bytes = block.bytes.span
    var run = 0..<0
    for entry in block.entries where !isFraming(entry.name) && isSafe(entry, bytes) {
      let line = FieldBlock.line(of: entry)
      if let line, line.lowerBound == run.upperBound {
        run = run.lowerBound..<line.upperBound
        continue
      }
      if !run.isEmpty { output.append(bytes.extracting(run)) }
      run = line ?? 0..<0
      if line == nil { appendLine(entry, bytes, to: &output) }
    }
    if !run.isEmpty { output.append(bytes.extracting(run)) }
  }

  /// Whether the field is about this message's framing or its connection.
  @inline(__always)
  private static func isFraming(_ name: FieldName) -> Bool {
    switch name {
    case .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection, .host: true
    default: false
    }
  }

  /// Appends `Content-Length` or `Transfer-Encoding` as `body` wants it (RFC 9112 section 6).
  /// A request without a body says so if its method anticipates one (RFC 9110 section 8.6).
  package static func appendFraming(
    _ body: HTTP1MessageFraming.Body, anticipatesContent: Bool = false, to output: inout [UInt8]
  ) {
    switch body {
    case .length(let length):
      output.append("Content-Length: ")
      output.appendDecimal(length)
      output.append("\r\n")
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    case .none where anticipatesContent: output.append("Content-Length: 0\r\n")
    case .none, .untilClose: break
    }
  }

  /// Appends the Connection field, which also names TE if that is sent (RFC 9110 section 10.1.4).
  package static func appendConnection(
    _ connection: Connection, sendsTE: Bool = false, to output: inout [UInt8]
  ) {
    switch connection {
    case .keepAlive: if sendsTE { output.append("Connection: TE\r\n") }
    case .keepAliveNamed:
      output.append(sendsTE ? "Connection: keep-alive, TE\r\n" : "Connection: keep-alive\r\n")
    case .close: output.append(sendsTE ? "Connection: close, TE\r\n" : "Connection: close\r\n")
    case .upgrade:
      output.append(sendsTE ? "Connection: upgrade, TE\r\n" : "Connection: upgrade\r\n")
    }
  }

  /// Appends one field line, or nothing if the field could split the message.
  static func appendFieldLine(
    _ block: borrowing FieldBlock, at index: Int, to output: inout [UInt8]
  ) {
    let (entry, bytes) = (block.entries[index], block.bytes.span)
    guard isSafe(entry, bytes) else { return }
    if let line = FieldBlock.line(of: entry) { return output.append(bytes.extracting(line)) }
    appendLine(entry, bytes, to: &output)
  }

  /// Whether the field can't split the message.
  @inline(__always)
  private static func isSafe(_ entry: FieldBlock.Entry, _ bytes: Span<UInt8>) -> Bool {
    entry.traits.contains(.checked)
      || !bytes.extracting(entry.valueRange).holdsControl
        && (entry.name != .other || bytes.extracting(entry.nameRange).isToken)
  }

  private static func appendLine(
    _ entry: FieldBlock.Entry, _ bytes: Span<UInt8>, to output: inout [UInt8]
  ) {
    output.append(bytes.extracting(entry.nameRange))
    output.append(": ")
    output.append(bytes.extracting(entry.valueRange))
    output.append("\r\n")
  }

  private static func check(_ head: borrowing RequestHead) throws(HTTPParseError) {
    if case .other(let method) = head.method, !method.span.isToken { throw .invalidMethod }
    guard head.authority.span.isTarget(0..<head.authority.count) else { throw .invalidHost }
    if head.method == .connect { return }
    guard let first = head.path.first, first == 0x2f || head.path.count == 1 && first == 0x2a,
      head.path.span.isTarget(0..<head.path.count)
    else { throw .invalidTarget }
  }
}

extension HTTPMethod {
  /// Whether a request of this method usually has content (RFC 9110 section 9.3).
  package var anticipatesContent: Bool { self == .post || self == .put || self == .patch }
}

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
    var target = head.path.span
    if case .connect = head.method { target = head.authority.span }
    append(
      head.method, target, head.authority.span, head.fields.entries.span, head.fields.bytes.span,
      body, connection, to: &output)
  }

  /// The parts of a head are passed one by one: what captures the whole copies it.
  private static func append(
    _ method: HTTPMethod, _ target: Span<UInt8>, _ authority: Span<UInt8>,
    _ entries: Span<FieldBlock.Entry>, _ bytes: Span<UInt8>, _ body: HTTP1MessageFraming.Body,
    _ connection: Connection, to output: inout [UInt8]
  ) {
    let most =
      method.tokenBytes &+ target.count &+ authority.count &+ mostRequestLineBytes
      &+ FieldBlock.mostLineBytes(entries, bytes) &+ mostFramingBytes
    output.append(addingCapacity: most) { output in
      method.write(to: &output)
      output.append(0x20)
      output.append(target)
      output.append(" HTTP/1.1\r\nHost: ")
      output.append(authority)
      output.append("\r\n")
      let sendsTE = appendFieldLines(entries, bytes, to: &output)
      appendConnection(connection, sendsTE: sendsTE, to: &output)
      appendFraming(body, anticipatesContent: method.anticipatesContent, to: &output)
      output.append("\r\n")
    }
  }

  /// The most bytes of the constants in the request line and the Host field.
  private static let mostRequestLineBytes = 24

  /// The most bytes of a status line.
  package static let mostStatusLineBytes = 64

  /// The most bytes of Connection, framing field and the end of the head.
  package static let mostFramingBytes = 96

  /// Appends a response head: the lines of `shared`, which do not frame it, then `fields`, then a Date field
  /// of `date`, which is empty if one of them is Date. `body` of a response to HEAD or of a 304 says what the body would have been;
  /// `.none` and `.untilClose` write no framing field.
  package static func appendResponse(
    _ status: UInt16, shared: Span<UInt8>, fields: borrowing FieldBlock, date: Span<UInt8>,
    body: HTTP1MessageFraming.Body, connection: Connection, to output: inout [UInt8]
  ) {
    append(
      status, shared, fields.entries.span, fields.bytes.span, date, body, connection, to: &output)
  }

  private static func append(
    _ status: UInt16, _ shared: Span<UInt8>, _ entries: Span<FieldBlock.Entry>,
    _ bytes: Span<UInt8>, _ date: Span<UInt8>, _ body: HTTP1MessageFraming.Body,
    _ connection: Connection, to output: inout [UInt8]
  ) {
    let most =
      mostStatusLineBytes &+ shared.count &+ FieldBlock.mostLineBytes(entries, bytes) &+ date.count
      &+ mostFramingBytes
    output.append(addingCapacity: most) { output in
      appendStatusLine(status, to: &output)
      output.append(shared)
      appendFieldLines(entries, bytes, to: &output)
      if date.count > 0 {
        output.append("Date: ")
        output.append(date)
        output.append("\r\n")
      }
      appendFraming(body, to: &output)
      appendConnection(connection, to: &output)
      output.append("\r\n")
    }
  }

  /// Appends an interim response (RFC 9110 section 15.2).
  package static func appendInterim(_ head: borrowing ResponseHead, to output: inout [UInt8]) {
    appendResponse(
      head.status, shared: Span(), fields: head.fields, date: Span(), body: .none,
      connection: .keepAlive, to: &output)
  }

  /// Appends the lines of all fields but framing and connection fields, each with its CRLF: at most
  /// `mostLineBytes` of the block. Says whether TE is among them.
  @discardableResult
  private static func appendFieldLines(
    _ entries: Span<FieldBlock.Entry>, _ bytes: Span<UInt8>, to output: inout OutputSpan<UInt8>
  ) -> Bool {
    // Lines that lie one after the other go together.
    var run = 0..<0
    var hasTE = false
    for index in entries.indices {
      let entry = entries[index]
      guard !isFraming(entry.name) && isSafe(entry, bytes) else { continue }
      if entry.name == .te { hasTE = true }
      let line = FieldBlock.line(of: entry)
      if let line, line.lowerBound == run.upperBound {
        run = run.lowerBound..<line.upperBound
        continue
      }
      if !run.isEmpty { output.append(bytes.extracting(run)) }
      run = line ?? 0..<0
      if line == nil { FieldBlock.appendLine(of: entry, bytes, to: &output) }
    }
    if !run.isEmpty { output.append(bytes.extracting(run)) }
    return hasTE
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
  static func appendFraming(
    _ body: HTTP1MessageFraming.Body, anticipatesContent: Bool = false,
    to output: inout OutputSpan<UInt8>
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
  static func appendConnection(
    _ connection: Connection, sendsTE: Bool = false, to output: inout OutputSpan<UInt8>
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
    _ block: borrowing FieldBlock, at index: Int, to output: inout OutputSpan<UInt8>
  ) {
    let (entry, bytes) = (block.entries[index], block.bytes.span)
    if isSafe(entry, bytes) { FieldBlock.appendLine(of: entry, bytes, to: &output) }
  }

  /// Whether the field can't split the message.
  @inline(__always)
  private static func isSafe(_ entry: FieldBlock.Entry, _ bytes: Span<UInt8>) -> Bool {
    entry.traits.contains(.checked)
      || !bytes.extracting(entry.valueRange).holdsControl
        && (entry.name != .other || bytes.extracting(entry.nameRange).isToken)
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

// Response heads of HTTP/1.1 from bytes: what an origin sends.

import Primitives

/// Reads one response head after the other (RFC 9112 sections 4 to 6), as strictly as requests.
///
/// While a head is incomplete, the caller gives the same bytes again with more behind them. After
/// an error the connection can't be used any more, and the answer to the client is 502.
package struct HTTP1ResponseParser: Sendable {
  /// Of the head that `parse` completed last.
  package private(set) var framing = HTTP1MessageFraming()

  private let limits: HTTP1Limits
  private let names = FieldNameIndex.shared
  private var phase = Phase.start
  private var lines = HTTP1LineScanner()
  private var fields = HTTP1FramingFields()
  private var isHTTP11 = true
  private var sectionStart = 0
  private var fieldCount = 0

  package init(limits: HTTP1Limits = HTTP1Limits()) { self.limits = limits }

  /// What is being read.
  private enum Phase { case start, statusLine, fields }

  /// Whether bytes of a head have come that are not a whole head yet.
  package var isInsideHead: Bool { phase != .start }

  /// Reads a head from the front of `input` into `head`, whose old content is dropped, and
  /// returns its length in bytes; nil while it is incomplete. `method` is that of the request it
  /// answers, which decides whether there is a body. Interim heads (1xx) are heads like others.
  package mutating func parse(
    _ input: Span<UInt8>, for method: HTTPMethod, into head: inout ResponseHead
  ) throws(HTTPParseError) -> Int? {
    if phase == .start {
      guard input.count > 0 else { return nil }
      start(&head)
    }
    if phase == .statusLine {
      guard
        let line = try lines.next(
          in: input, limit: limits.startLineBytes, tooLong: .statusLineTooLong)
      else { return nil }
      try readStatusLine(input, line, into: &head)
      sectionStart = lines.lineStart
      phase = .fields
    }
    while let line = try lines.next(
      in: input, limit: sectionStart &+ limits.headerSectionBytes, tooLong: .fieldSectionTooLarge)
    {
      if line.isEmpty {
        let copied = head.fields.appendSection(input.extracting(sectionStart..<line.lowerBound))
        precondition(copied == 0)
        if fields.namesFields { head.fields.removeNamedByConnection() }
        try finish(method, head.status)
        return lines.lineStart
      }
      try readField(input, line, into: &head)
    }
    return nil
  }

  private mutating func start(_ head: inout ResponseHead) {
    lines = HTTP1LineScanner()
    fields = HTTP1FramingFields()
    fieldCount = 0
    head.fields.removeAll()
    phase = .statusLine
  }

  @inline(__always) private mutating func readField(
    _ input: Span<UInt8>, _ line: Range<Int>, into head: inout ResponseHead
  ) throws(HTTPParseError) {
    fieldCount &+= 1
    if fieldCount > limits.fieldCount { throw .tooManyFields }
    let field = try HTTP1FieldLine(input, line, names)
    try fields.note(field.name, input.extracting(field.valueRange), lenientRepeats: true)
    head.fields.append(entry: field.entry(base: 0, sectionStart: sectionStart))
  }

  /// `HTTP-version SP status-code SP [ reason-phrase ]` (RFC 9112 section 4). The second SP may be
  /// missing when there is no reason, since many servers omit it.
  private mutating func readStatusLine(
    _ input: Span<UInt8>, _ line: Range<Int>, into head: inout ResponseHead
  ) throws(HTTPParseError) {
    let start = line.lowerBound
    guard line.count >= 12, input[start + 8] == 0x20 else { throw .invalidStatusLine }
    switch input.word(at: start) {
    case HTTP1Version.http11: isHTTP11 = true
    case HTTP1Version.http10: isHTTP11 = false
    case let other: throw HTTP1Version.fault(other)
    }
    guard let status = input.extracting((start + 9)..<(start + 12)).decimal,
      status >= 100, status <= 599, line.count == 12 || input[start + 12] == 0x20
    else { throw .invalidStatusLine }
    head.status = UInt16(status)
  }

  /// RFC 9112 section 6.3.
  private mutating func finish(
    _ method: HTTPMethod, _ status: UInt16
  ) throws(HTTPParseError) {
    try fields.check(isHTTP11: isHTTP11)
    phase = .start
    framing = HTTP1MessageFraming(keepAlive: fields.keepsAlive(isHTTP11: isHTTP11))
    framing.requestsUpgrade = fields.requestsUpgrade && isHTTP11
    if method == .head || status == 304 { return }
    if status < 200 || status == 204 {
      // Such a response has no body, but a server that announces one may well send it.
      if fields.isChunked || (fields.length ?? 0) > 0 { framing.keepAlive = false }
    } else if method == .connect && status < 300 {
      framing.body = .untilClose
      framing.keepAlive = false
    } else if fields.isChunked {
      framing.body = .chunked
    } else if let length = fields.length {
      framing.body = .length(length)
    } else {
      framing.body = .untilClose
      framing.keepAlive = false
    }
  }
}

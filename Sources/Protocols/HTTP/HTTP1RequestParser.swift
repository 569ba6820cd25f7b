// Request heads of HTTP/1.1 from bytes.

import Primitives

/// Reads one request head after the other (RFC 9112 sections 2 to 6), strictly.
///
/// While a head is incomplete, the caller gives the same bytes again with more behind them. After
/// an error the connection's bytes can't be framed any more: the parser must not be used again.
package struct HTTP1RequestParser: Sendable {
  /// Of the head that `parse` completed last.
  package private(set) var framing = HTTP1MessageFraming()

  private let limits: HTTP1Limits
  private let scheme: RequestHead.Scheme
  /// Kept here because each access to a static value costs a call.
  private let names = FieldNameIndex.shared
  private var phase = Phase.start
  private var lines = HTTP1LineScanner()
  private var fields = HTTP1FramingFields()
  /// Where the head's field section starts in the input, and its bytes in the block.
  private var sectionStart = 0
  private var base = 0
  private var fieldCount = 0
  private var hasHost = false
  private var targetNamesAuthority = false

  /// `scheme` is that of the connection: it decides which port is the default one.
  package init(scheme: RequestHead.Scheme, limits: HTTP1Limits = HTTP1Limits()) {
    self.scheme = scheme
    self.limits = limits
  }

  /// What is being read.
  private enum Phase { case start, requestLine, fields }

  /// Whether the first line of a head has begun, so that the end of the connection cuts it off.
  package var isInsideHead: Bool { phase != .start }

  /// Reads a head from the front of `input` into `head`, whose old content is dropped, and
  /// returns its length in bytes; nil while it is incomplete (then `head` is unfinished).
  package mutating func parse(
    _ input: Span<UInt8>, into head: inout RequestHead
  ) throws(HTTPParseError) -> Int? {
    if phase == .start {
      guard try start(input) else { return nil }
      head.reset()
      head.scheme = scheme
      base = 0
    }
    if phase == .requestLine {
      guard
        let line = try lines.next(
          in: input, limit: lines.lineStart &+ limits.startLineBytes, tooLong: .requestLineTooLong)
      else { return nil }
      try readRequestLine(input, line, into: &head)
      sectionStart = lines.lineStart
      phase = .fields
    }
    while let line = try lines.next(
      in: input, limit: sectionStart &+ limits.headerSectionBytes, tooLong: .fieldSectionTooLarge)
    {
      if line.isEmpty { return try finish(input, endOfFields: line.lowerBound, into: &head) }
      try readField(input, line, into: &head)
    }
    return nil
  }

  /// Skips one empty line before the request line (RFC 9112 section 2.2); false if more bytes are
  /// needed to see whether there is one.
  private mutating func start(_ input: Span<UInt8>) throws(HTTPParseError) -> Bool {
    guard input.count > 0 else { return false }
    var first = 0
    if input[0] == 0x0d {
      guard input.count > 1 else { return false }
      guard input[1] == 0x0a else { throw .bareCarriageReturn }
      first = 2
    }
    lines = HTTP1LineScanner(at: first)
    fields = HTTP1FramingFields()
    fieldCount = 0
    hasHost = false
    targetNamesAuthority = false
    phase = .requestLine
    return true
  }

  @inline(__always) private mutating func readField(
    _ input: Span<UInt8>, _ line: Range<Int>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    fieldCount &+= 1
    if fieldCount > limits.fieldCount { throw .tooManyFields }
    let field = try HTTP1FieldLine(input, line, names)
    if field.name == .host {
      return try readHost(input.extracting(field.valueRange), into: &head)
    }
    try fields.note(field.name, input.extracting(field.valueRange), lenientRepeats: false)
    head.fields.append(entry: field.entry(base: base, sectionStart: sectionStart))
  }

  private mutating func finish(
    _ input: Span<UInt8>, endOfFields: Int, into head: inout RequestHead
  ) throws(HTTPParseError) -> Int {
    let isHTTP11 = head.version == .http11
    // RFC 9112 section 3.2: exactly one Host in HTTP/1.1.
    if !hasHost && isHTTP11 { throw .missingHost }
    try fields.check(isHTTP11: isHTTP11)
    let copied = head.fields.appendSection(input.extracting(sectionStart..<endOfFields))
    precondition(copied == base)
    if fields.namesFields { head.fields.removeNamedByConnection() }
    framing.body = fields.isChunked ? .chunked : fields.length.map { .length($0) } ?? .none
    framing.keepAlive = fields.keepsAlive(isHTTP11: isHTTP11)
    // RFC 9110 sections 7.8 and 10.1.1: HTTP/1.0 has neither.
    framing.expectsContinue = fields.expectsContinue && isHTTP11
    framing.requestsUpgrade = fields.requestsUpgrade && isHTTP11
    phase = .start
    return lines.lineStart
  }

  // MARK: - Host

  /// RFC 9112 section 3.2: one Host, valid, and the same as the target's authority if it has one.
  private mutating func readHost(
    _ value: Span<UInt8>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    if hasHost { throw .duplicateHost }
    hasHost = true
    if targetNamesAuthority {
      var host: [UInt8] = []
      guard Authority.normalize(value, scheme: scheme, into: &host) else { throw .invalidHost }
      if host != head.authority { throw .hostMismatch }
    } else if !Authority.normalize(value, scheme: scheme, into: &head.authority) {
      throw .invalidHost
    }
  }

  // MARK: - The request line

  private mutating func readRequestLine(
    _ input: Span<UInt8>, _ line: Range<Int>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    // method SP request-target SP HTTP-version, each SP exactly one (RFC 9112 section 3).
    guard let methodEnd = input.first(0x20, in: line), methodEnd > line.lowerBound else {
      throw .invalidRequestLine
    }
    try readMethod(input.extracting(line.lowerBound..<methodEnd), into: &head)
    let versionStart = line.upperBound - 8
    guard versionStart > methodEnd + 2, input[versionStart - 1] == 0x20 else {
      throw .invalidRequestLine
    }
    switch input.word(at: versionStart) {
    case HTTP1Version.http11: head.version = .http11
    case HTTP1Version.http10: head.version = .http10
    case let other: throw HTTP1Version.fault(other)
    }
    let target = (methodEnd + 1)..<(versionStart - 1)
    guard input.isTarget(target) else { throw .invalidTarget }
    if input[target.lowerBound] == 0x2f && head.method != .connect {
      head.path.append(input.extracting(target))
    } else {
      try readOtherTarget(input.extracting(target), into: &head)
    }
  }

  private func readMethod(
    _ token: Span<UInt8>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    if token.equals("GET") { return head.method = .get }
    if token.count > limits.methodBytes { throw .methodTooLong }
    guard token.isToken else { throw .invalidMethod }
    head.method = HTTPMethod(token)
  }

  /// The authority, asterisk and absolute forms (RFC 9112 sections 3.2.2 to 3.2.4).
  private mutating func readOtherTarget(
    _ target: Span<UInt8>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    if head.method == .connect {
      guard Authority.namesPort(target) else { throw .invalidTarget }
      return try readTargetAuthority(target, into: &head)
    }
    if target.equals("*") {
      guard head.method == .options else { throw .invalidTarget }
      return head.path.append(0x2a)
    }
    let schemeEnd = try schemeLength(target)
    var end = schemeEnd
    while end < target.count, target[end] != 0x2f, target[end] != 0x3f { end += 1 }
    try readTargetAuthority(target.extracting(schemeEnd..<end), into: &head)
    if end == target.count {
      head.path.append(head.method == .options ? 0x2a : 0x2f)
    } else {
      if target[end] == 0x3f { head.path.append(0x2f) }
      head.path.append(target.extracting(end..<target.count))
    }
  }

  /// The length of `http://` or `https://`, which must be the connection's scheme: else what the
  /// origin is told would not be what the client asked for.
  private func schemeLength(_ target: Span<UInt8>) throws(HTTPParseError) -> Int {
    let length: Int
    let named: RequestHead.Scheme
    if target.count > 7, target.extracting(0..<7).equalsIgnoringCase("http://") {
      (named, length) = (.http, 7)
    } else if target.count > 8, target.extracting(0..<8).equalsIgnoringCase("https://") {
      (named, length) = (.https, 8)
    } else {
      throw .invalidTarget
    }
    if named != scheme { throw .schemeMismatch }
    return length
  }

  private mutating func readTargetAuthority(
    _ authority: Span<UInt8>, into head: inout RequestHead
  ) throws(HTTPParseError) {
    guard Authority.normalize(authority, scheme: scheme, into: &head.authority) else {
      throw .invalidTarget
    }
    targetNamesAuthority = true
  }
}

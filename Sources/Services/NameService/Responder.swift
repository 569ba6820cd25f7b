// One query after the other, as messages: what is asked, and the response's bytes.

import DNS
import Primitives
import Runtime

/// Reads queries and writes responses, without I/O: used for one query after the other, and holds no
/// memory of its own.
struct Responder: ~Copyable {
  /// What a message turned out to be.
  enum Reading {
    /// No query at all: there is no reply.
    case silence
    /// A query that is answered with a code alone.
    case refusal(ResponseCode)
    /// A question for a zone.
    case question
  }

  /// How a query came.
  struct Transport {
    let address: SocketAddress
    let isStream: Bool
    /// The wall clock, for cookies.
    let seconds: UInt32
  }

  private(set) var query = DNSQuery()
  /// Whether the sender can receive at its address: the query came over TCP, or with a cookie of ours.
  private(set) var isProven = false
  /// The wall clock when the query was read.
  private var seconds: UInt32 = 0
  private var replyCookie = InlineArray<24, UInt8>(repeating: 0)
  private var hasCookie = false
  var cookies: ServerCookies
  /// The signature of the query; nil if it has none.
  private var tsig: TSIGRecord?

  init(cookies: ServerCookies) { self.cookies = cookies }

  /// Reads `message`; what is asked is in `query` until the next one.
  mutating func read(_ message: Span<UInt8>, _ transport: Transport) -> Reading {
    hasCookie = false
    isProven = transport.isStream
    tsig = nil
    seconds = transport.seconds
    do throws(DNSError) {
      try query.read(message)
      if let start = query.tsigStart { tsig = try TSIGRecord(message, at: start) }
    } catch {
      guard let code = error.responseCode else { return .silence }
      return .refusal(code)
    }
    if let option = query.edns?.cookie { take(message.extracting(option), transport) }
    return judge()
  }

  private mutating func take(_ cookie: Span<UInt8>, _ transport: Transport) {
    hasCookie = true
    if cookies.isOurs(cookie, address: transport.address, seconds: transport.seconds) {
      isProven = true
    }
    cookies.write(
      client: cookie.extracting(0..<8), address: transport.address, seconds: transport.seconds,
      to: &replyCookie)
  }

  private func judge() -> Reading {
    if let edns = query.edns, edns.version > 0 { return .refusal(.badVersion) }
    guard query.header.opcode == .query else { return .refusal(.notImplemented) }
    guard query.hasQuestion else {
      // RFC 7873 section 5.4: a query without a question asks for a cookie.
      return .refusal(hasCookie ? .noError : .formatError)
    }
    // No keys are known here (RFC 8945 section 5.2.1).
    guard tsig == nil else { return .refusal(.notAuthoritative) }
    guard query.recordClass == .internet else { return .refusal(.refused) }
    guard query.type.isMeta, query.type != .any else { return .question }
    return .refusal(Self.code(forMeta: query.type))
  }

  private static func code(forMeta type: RecordType) -> ResponseCode {
    switch type {
    // Transfers are not for everybody; types that ask for nothing have no answer.
    case .axfr, .ixfr: .refused
    case .opt, .tsig: .formatError
    // MAILA and MAILB are obsolete (RFC 1035 section 3.2.3).
    case RecordType(rawValue: 253), RecordType(rawValue: 254): .notImplemented
    default: .formatError
    }
  }

  /// Bytes that the response may have.
  func limit(isStream: Bool) -> Int {
    if isStream { return DNSLimits.messageBytes }
    guard let edns = query.edns else { return DNSLimits.minimumPayloadBytes }
    return min(edns.payloadBytes, NameServiceLimits.udpReplyBytes)
  }

  // MARK: - Responses

  /// Writes the response with what `image` says to the question that was read, whose zone has the
  /// zones `nested` below it and is signed by `signer`; its length, and what it says. If that is to be
  /// signed `later`, nothing that counts is written.
  func answer(
    _ message: Span<UInt8>, _ image: borrowing ImageReader, nested: NestedZones,
    signer: ZoneSigner? = nil, isStream: Bool, into room: inout MutableSpan<UInt8>
  ) -> (length: Int, answer: ZoneAnswer) {
    signer?.seconds = seconds
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count), limitBytes: limit(isStream: isStream))
    var header = DNSHeader(responseTo: query.header)
    var answer = ZoneAnswer(query, signer: signer)
    writer.reserve(reservedBytes)
    let fits = writer.appendQuestion(
      message.extracting(DNSHeader.length..<query.questionEnd))
    if fits { answer.write(query, image, nested: nested, to: &writer) }
    if answer.signatures == .failed { answer.fail() }
    if !fits || !answer.isComplete || answer.signatures == .failed {
      writer.dropRecords(questionEnd: query.questionEnd)
      header.isTruncated = answer.signatures != .failed
    }
    header.isAuthoritative = answer.isAuthoritative
    header.responseCode = answer.code
    writer.reserve(0)
    // Compact denial is understood here where there is any (RFC 9824 section 5).
    appendOPT(answer.code, isStream, isCompact: signer != nil, &writer)
    return (writer.finish(header), answer)
  }

  /// Writes a response that has a code and no records.
  func refuse(
    _ message: Span<UInt8>, _ code: ResponseCode, isStream: Bool,
    into room: inout MutableSpan<UInt8>
  ) -> Int {
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count), limitBytes: limit(isStream: isStream))
    let header = DNSHeader(responseTo: query.header, code: code)
    if query.hasQuestion {
      _ = writer.appendQuestion(message.extracting(DNSHeader.length..<query.questionEnd))
    }
    appendOPT(code, isStream, &writer)
    if code == .notAuthoritative { appendUnknownKey(&writer) }
    return writer.finish(header)
  }

  /// RFC 8945 section 5.3.2: who signs with a key that is not known is told so, without a signature.
  @_lifetime(writer: copy writer)
  private func appendUnknownKey(_ writer: inout DNSMessageWriter) {
    guard var record = tsig else { return }
    record.mac = []
    record.error = .badKey
    record.other = []
    var bytes: [UInt8] = []
    record.append(to: &bytes)
    _ = writer.appendLast(bytes.span)
  }

  /// Writes a response to a question that says "truncated": as long as the query, or a server cookie
  /// longer, with which the next query proves its sender.
  func truncate(_ message: Span<UInt8>, into room: inout MutableSpan<UInt8>) -> Int {
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count), limitBytes: NameServiceLimits.udpReplyBytes)
    var header = DNSHeader(responseTo: query.header)
    header.isTruncated = true
    _ = writer.appendQuestion(message.extracting(DNSHeader.length..<query.questionEnd))
    appendOPT(.noError, false, &writer)
    return writer.finish(header)
  }

  /// Bytes that OPT will take.
  private var reservedBytes: Int {
    guard let edns = query.edns else { return 0 }
    var bytes = DNSMessageWriter.optBytes
    if hasCookie { bytes += 4 + replyCookie.count }
    if edns.asksKeepAlive { bytes += 6 }
    return bytes
  }

  /// RFC 6891 section 7: a response has OPT if the query has.
  @_lifetime(writer: copy writer)
  private func appendOPT(
    _ code: ResponseCode, _ isStream: Bool, isCompact: Bool = false,
    _ writer: inout DNSMessageWriter
  ) {
    guard let edns = query.edns else { return }
    let payload = UInt16(NameServiceLimits.udpReplyBytes)
    guard
      writer.beginOPT(
        payloadBytes: payload, code: code, dnssecOK: edns.dnssecOK,
        compactAnswersOK: isCompact && edns.compactAnswersOK)
    else { return }
    // Another version may give options another form.
    guard edns.version == 0 else { return }
    if hasCookie { _ = writer.appendOption(EDNS.Option.cookie, replyCookie.span) }
    guard isStream else { return }
    if edns.asksKeepAlive {
      let tenths = UInt16(NameServiceLimits.idleMilliseconds / 100)
      var timeout = InlineArray<2, UInt8>(repeating: 0)
      timeout[0] = UInt8(truncatingIfNeeded: tenths >> 8)
      timeout[1] = UInt8(truncatingIfNeeded: tenths)
      _ = writer.appendOption(EDNS.Option.keepAlive, timeout.span)
    }
    if edns.isPadded { writer.appendPadding(blockBytes: NameServiceLimits.paddingBlockBytes) }
  }
}

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
  /// Who sent it.
  private(set) var address = SocketAddress(ipv4: 0, 0, 0, 0, port: 0)
  /// The wall clock when the query was read.
  private var seconds: UInt32 = 0
  private var replyCookie = InlineArray<24, UInt8>(repeating: 0)
  private var hasCookie = false
  var cookies: ServerCookies
  /// The signature of the query; nil if it has none.
  private(set) var tsig: TSIGRecord?
  /// Whether there is more to the query than its question: it is signed, or asks for a transfer.
  private(set) var isSpecial = false
  /// Whether the query was signed with a key that the zone has, now.
  var isAuthenticated = false
  /// Bytes that are kept free for the response's signature.
  var signatureBytes = 0
  /// What the server is called (RFC 5001); empty if it does not tell.
  private let nsid: [UInt8]

  init(cookies: ServerCookies, nsid: [UInt8] = []) {
    self.cookies = cookies
    self.nsid = nsid
  }

  /// Reads `message`; what is asked is in `query` until the next one.
  mutating func read(_ message: Span<UInt8>, _ transport: Transport) -> Reading {
    hasCookie = false
    isProven = transport.isStream
    tsig = nil
    isSpecial = false
    isAuthenticated = false
    signatureBytes = 0
    seconds = transport.seconds
    address = transport.address
    do throws(DNSError) {
      try query.read(message)
      if let start = query.tsigStart { tsig = try TSIGRecord(message, at: start) }
    } catch {
      guard let code = error.responseCode else { return .silence }
      return .refusal(code)
    }
    if let option = query.edns?.cookie { take(message.extracting(option), transport) }
    return judge(isStream: transport.isStream)
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

  private mutating func judge(isStream: Bool) -> Reading {
    if let edns = query.edns, edns.version > 0 { return .refusal(.badVersion) }
    guard query.header.opcode == .query else { return .refusal(.notImplemented) }
    guard query.hasQuestion else {
      // RFC 7873 section 5.4: a query without a question asks for a cookie.
      return .refusal(hasCookie ? .noError : .formatError)
    }
    guard query.recordClass == .internet else { return .refusal(.refused) }
    isSpecial = tsig != nil
    guard query.type.isMeta, query.type != .any else { return .question }
    // Over UDP there are differences at most (RFC 5936 section 4.2, RFC 1995 section 2); who signs is
    // refused with a signature.
    guard query.type == .ixfr || query.type == .axfr && (isStream || tsig != nil) else {
      return .refusal(Self.code(forMeta: query.type))
    }
    isSpecial = true
    return .question
  }

  private static func code(forMeta type: RecordType) -> ResponseCode {
    switch type {
    case .axfr: .refused
    // Types that ask for nothing have no answer.
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
  /// zones `nested` below it, is signed by `signer` and has the `rules`; its
  /// length, and what it says. If that is to be signed `later`, or waits, nothing that counts is written.
  func answer(
    _ message: Span<UInt8>, _ image: borrowing ImageReader, nested: NestedZones,
    signer: ZoneSigner? = nil, rules: RuleContext? = nil, isStream: Bool,
    into room: inout MutableSpan<UInt8>
  ) -> (length: Int, answer: ZoneAnswer) {
    signer?.seconds = seconds
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count), limitBytes: limit(isStream: isStream))
    var header = DNSHeader(responseTo: query.header)
    let hasPlaces = rules?.hasPlaces == true
    var answer = ZoneAnswer(
      query, signer: signer, rules: rules, client: hasPlaces ? ClientPlace(query, address) : nil)
    let echoesSubnet = hasPlaces && query.edns?.clientSubnet != nil
    writer.reserve(reservedBytes + (echoesSubnet ? Self.subnetBytes : 0))
    let fits = writer.appendQuestion(
      message.extracting(DNSHeader.length..<query.questionEnd))
    if fits { answer.write(query, image, nested: nested, to: &writer) }
    if answer.awaited != nil { return (0, answer) }
    if answer.signatures == .failed { answer.fail() }
    if !fits || !answer.isComplete || answer.kind == .failure {
      writer.dropRecords(questionEnd: fits ? query.questionEnd : DNSHeader.length)
      header.isTruncated = answer.kind != .failure
    }
    header.isAuthoritative = answer.isAuthoritative
    header.responseCode = answer.code
    writer.reserve(0)
    // Compact denial is understood here where there is any (RFC 9824 section 5).
    appendOPT(
      answer.code, isStream, isCompact: signer != nil,
      scopeBits: echoesSubnet ? answer.client?.scopeBits : nil, &writer)
    return (writer.finish(header), answer)
  }

  /// The code for a name that no zone has: who signs, or asks for a transfer, is told so (RFC 8945
  /// section 5.2.1, RFC 5936 section 2.2.1).
  var codeOfNobody: ResponseCode { isSpecial ? .notAuthoritative : .refused }

  /// Writes a response that has a code and no records. `fault` is what is wrong with the signature, if
  /// the response is not to be signed either.
  func refuse(
    _ message: Span<UInt8>, _ code: ResponseCode, isStream: Bool, fault: ResponseCode? = nil,
    into room: inout MutableSpan<UInt8>
  ) -> Int {
    var writer = DNSMessageWriter(
      room._mutatingExtracting(0..<room.count),
      limitBytes: limit(isStream: isStream) - signatureBytes)
    let header = DNSHeader(responseTo: query.header, code: code)
    if query.hasQuestion {
      _ = writer.appendQuestion(message.extracting(DNSHeader.length..<query.questionEnd))
    }
    appendOPT(code, isStream, &writer)
    if signatureBytes == 0, let fault = fault ?? (code == .notAuthoritative ? .badKey : nil) {
      appendFault(fault, &writer)
    }
    return writer.finish(header)
  }

  /// RFC 8945 section 5.3.2: who signs with a key that is not known, or wrongly, is told so, without a
  /// signature.
  @_lifetime(writer: copy writer)
  private func appendFault(_ fault: ResponseCode, _ writer: inout DNSMessageWriter) {
    guard var record = tsig else { return }
    record.mac = []
    record.error = fault
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

  /// The OPT record of a response that is written elsewhere; empty if the query has none.
  var optRecord: [UInt8] {
    guard query.edns != nil else { return [] }
    var bytes = [UInt8](repeating: 0, count: DNSLimits.minimumPayloadBytes)
    let length = write(opt: &bytes)
    return Array(bytes[DNSHeader.length..<length])
  }

  private func write(opt bytes: inout [UInt8]) -> Int {
    var writer = DNSMessageWriter(bytes.mutableSpan, limitBytes: DNSLimits.minimumPayloadBytes)
    appendOPT(.noError, false, &writer)
    return writer.finish(DNSHeader())
  }

  /// Bytes of a client subnet option at most.
  private static let subnetBytes = 4 + 4 + 16

  /// Bytes that OPT will take.
  private var reservedBytes: Int {
    guard let edns = query.edns else { return signatureBytes }
    var bytes = signatureBytes + DNSMessageWriter.optBytes
    if edns.wantsNSID, !nsid.isEmpty { bytes += 4 + nsid.count }
    if hasCookie { bytes += 4 + replyCookie.count }
    if edns.asksKeepAlive { bytes += 6 }
    return bytes
  }

  /// RFC 6891 section 7: a response has OPT if the query has. With `scopeBits` the client subnet is in it,
  /// which zones that have no use for it pass over (RFC 7871 section 7.2.1).
  @_lifetime(writer: copy writer)
  func appendOPT(
    _ code: ResponseCode, _ isStream: Bool, isCompact: Bool = false, scopeBits: UInt8? = nil,
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
    if edns.wantsNSID, !nsid.isEmpty { _ = writer.appendOption(EDNS.Option.nsid, nsid.span) }
    if let scopeBits, let subnet = edns.clientSubnet {
      _ = writer.appendOption(subnet, scopePrefixBits: scopeBits)
    }
    if hasCookie { _ = writer.appendOption(EDNS.Option.cookie, replyCookie.span) }
    guard isStream else { return }
    if edns.asksKeepAlive {
      let tenths = UInt16(NameServiceLimits.idleMilliseconds / 100)
      var timeout = InlineArray<2, UInt8>(repeating: 0)
      timeout[0] = UInt8(truncatingIfNeeded: tenths >> 8)
      timeout[1] = UInt8(truncatingIfNeeded: tenths)
      _ = writer.appendOption(EDNS.Option.keepAlive, timeout.span)
    }
    if edns.isPadded {
      writer.appendPadding(
        blockBytes: NameServiceLimits.paddingBlockBytes, before: signatureBytes)
    }
  }
}

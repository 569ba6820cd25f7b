// Queries as an authoritative server reads them.

import DNS
import Primitives
import Testing

@Suite("Queries") struct QueryTests {
  @Test func `a plain query is read`() throws {
    var parsed = DNSQuery()
    let message = query("WWW.example.com", type: .aaaa)
    try parsed.read(message.span)
    #expect(parsed.header.id == 0x1234)
    #expect(parsed.header.recursionDesired == true)
    #expect(parsed.hasQuestion && parsed.type == .aaaa && parsed.recordClass == .internet)
    expect(parsed.name.span.equals(name("www.example.com").bytes.span))
    #expect(parsed.questionEnd == message.count)
    #expect(parsed.edns == nil && parsed.tsigStart == nil)
  }

  @Test func `EDNS is read with the options that mean something`() throws {
    let options: [UInt8] =
      [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8] + [0, 3, 0, 0] + [0, 12, 0, 2, 0, 0]
      + [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2] + [0xff, 0xdc, 0, 1, 9]
    let message = query(
      "example", counts: (1, 0, 0, 1), extra: opt(flags: 0x8000, options: options))
    var parsed = DNSQuery()
    try parsed.read(message.span)
    let found = parsed.edns
    let edns = try #require(found)
    #expect(edns.version == 0 && edns.dnssecOK && edns.payloadBytes == 1232)
    #expect(edns.wantsNSID && edns.isPadded && !edns.asksKeepAlive)
    #expect(edns.cookie.map { Array(message[$0]) } == [1, 2, 3, 4, 5, 6, 7, 8])
    let subnet = try #require(edns.clientSubnet)
    #expect(subnet.family == .ipv4 && subnet.sourcePrefixBits == 24 && subnet.address[2] == 2)
    let response = DNSTests.message { writer in
      expect(writer.beginOPT(payloadBytes: 1232, code: .noError, dnssecOK: false))
      expect(writer.appendOption(subnet, scopePrefixBits: 16))
    }
    #expect(Array(response[21...]) == [0, 11, 0, 8, 0, 7, 0, 1, 24, 16, 192, 0, 2])
  }

  @Test func `a later version of EDNS is known, and its options are not looked at`() throws {
    var parsed = DNSQuery()
    try parsed.read(
      query("a", counts: (1, 0, 0, 1), extra: opt(version: 1, options: [0, 10, 0])).span)
    #expect(parsed.edns?.version == 1)
  }

  @Test func `DO and CO are read each by itself`() throws {
    for (flags, dnssecOK, compactAnswersOK) in [
      (0x8000, true, false), (0x4000, false, true), (0xc000, true, true),
    ] as [(UInt16, Bool, Bool)] {
      var parsed = DNSQuery()
      try parsed.read(query("a", counts: (1, 0, 0, 1), extra: opt(flags: flags)).span)
      #expect(parsed.edns?.dnssecOK == dnssecOK)
      #expect(parsed.edns?.compactAnswersOK == compactAnswersOK)
    }
  }

  @Test func `a payload size below 512 counts as 512`() throws {
    var parsed = DNSQuery()
    try parsed.read(query("a", counts: (1, 0, 0, 1), extra: opt(payload: 0)).span)
    #expect(parsed.edns?.payloadBytes == 512)
  }

  @Test(
    "a malformed query is told by its fault",
    arguments: [
      (query("a", counts: (2, 0, 0, 0)), DNSError.tooManyQuestions),
      (query("a", counts: (1, 0, 0, 1)), .truncatedMessage),
      (query("a", counts: (1, 9, 9, 9)), .tooManyRecords),
      (query("a", extra: [0]), .trailingBytes),
      (query("a", counts: (1, 0, 0, 2), extra: opt() + opt()), .repeatedOPT),
      (query("a", counts: (1, 0, 1, 0), extra: opt()), .misplacedOPT),
      (query("a", counts: (1, 0, 0, 1), extra: [1, 97] + opt()), .invalidOPTOwner),
      (query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 9, 0])), .malformedOption),
      (query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 9, 0, 1])), .malformedOption),
      (query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 10, 0, 1, 1])), .malformedCookie),
      (
        query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 8, 0, 4, 0, 1, 24, 0])),
        .malformedClientSubnet
      ),
      (
        query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 8, 0, 5, 0, 1, 7, 0, 1])),
        .malformedClientSubnet
      ),
      (
        query("a", counts: (1, 0, 0, 2), extra: [0, 0, 250, 0, 255, 0, 0, 0, 0, 0, 0] + opt()),
        .misplacedTSIG
      ),
      ([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 1, 0, 1], .compressedQuestion),
      ([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 1, 0, 1], .unknownLabelType),
    ])
  func malformed(message: [UInt8], expected: DNSError) {
    #expect(fault(message) == expected)
    #expect(expected.responseCode == .formatError)
  }

  @Test func `what is no query is not answered`() {
    #expect(fault([1, 2, 3]) == .noHeader)
    #expect(fault(query("a", flags: 0x8000)) == .notAQuery)
    #expect(DNSError.noHeader.responseCode == nil && DNSError.notAQuery.responseCode == nil)
  }

  @Test func `what is asked for otherwise than by a query is not implemented, whatever its form`() {
    #expect(fault(query("a", flags: 6 << 11, counts: (0, 0, 0, 9))) == .unknownOpcode)
    #expect(fault(query("a", flags: 15 << 11, counts: (2, 0, 0, 0))) == .unknownOpcode)
    #expect(DNSError.unknownOpcode.responseCode == .notImplemented)
  }

  @Test func `a malformed option leaves it known that there was an OPT record`() {
    var parsed = DNSQuery()
    let message = query("a", counts: (1, 0, 0, 1), extra: opt(options: [0, 10, 0, 1, 1]))
    do throws(DNSError) {
      try parsed.read(message.span)
      Issue.record("a cookie of one byte is taken")
    } catch {
      #expect(error == .malformedCookie && parsed.edns?.payloadBytes == 1232)
    }
  }

  @Test func `of several cookies the first counts, whatever the others are`() {
    let options: [UInt8] = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 10, 0, 1, 9]
    #expect(fault(query("a", counts: (1, 0, 0, 1), extra: opt(options: options))) == nil)
  }

  @Test(arguments: [RecordType.a, .ns, .mx, .soa, .txt])
  func `a received record without content is refused, unless its class is another`(
    type: RecordType
  ) throws {
    for (recordClass, isTaken) in [(UInt8(1), false), (255, true)] {
      let record: [UInt8] = [0, 0, UInt8(type.rawValue), 0, recordClass, 0, 0, 0, 9, 0, 0]
      let message = query("a", flags: 0x8400, counts: (1, 1, 0, 0), extra: record)
      var reader = try DNSMessageReader(message.span)
      #expect(((try? reader.next(message.span)) != nil) == isTaken)
    }
  }

  @Test func `a received TTL with the highest bit set is 0`() throws {
    let record: [UInt8] = [0, 0, 1, 0, 1, 0x80, 0, 0, 1, 0, 4, 192, 0, 2, 1]
    let message = query("a", flags: 0x8400, counts: (1, 1, 0, 0), extra: record)
    var reader = try DNSMessageReader(message.span)
    #expect(try reader.next(message.span)?.ttl == 0)
  }

  @Test func `every beginning of a query is malformed or no query`() {
    let message = query("www.example.com", counts: (1, 0, 0, 1), extra: opt(options: [0, 3, 0, 0]))
    for length in 0..<message.count { #expect(fault(Array(message[..<length])) != nil) }
    #expect(fault(message) == nil)
  }

  @Test func `a cookie may be asked for without a question`() throws {
    let message: [UInt8] =
      [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + opt(options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    var parsed = DNSQuery()
    try parsed.read(message.span)
    #expect(!parsed.hasQuestion && parsed.edns?.cookie != nil)
  }

  @Test func `a response's header repeats what it must`() {
    var header = DNSHeader()
    header.id = 7
    header.opcode = .notify
    header.recursionDesired = true
    header.checkingDisabled = true
    header.authenticatedAnswer = true
    header.questionCount = 1
    let response = DNSHeader(responseTo: header, code: .refused)
    #expect(response.id == 7 && response.opcode == .notify && response.isResponse)
    #expect(response.recursionDesired && response.checkingDisabled)
    #expect(!response.authenticatedAnswer && response.questionCount == 0)
    #expect(response.responseCode == .refused)
  }
}

// The record that authenticates messages, as bytes.

import DNS
import Primitives
import Testing

@Suite("TSIG") struct TSIGTests {
  private let record = TSIGRecord(
    keyName: name("Key.example"), algorithm: name("HMAC-SHA256"), signedAtSeconds: 0x1_0203_0405,
    mac: [1, 2, 3, 4], originalID: 0x1234)

  private func signed() -> [UInt8] {
    var extra: [UInt8] = []
    record.append(to: &extra)
    return query("example.com", type: .axfr, counts: (1, 0, 0, 1), extra: extra)
  }

  @Test func `a record is found, read and written as it came`() throws {
    let message = signed()
    var parsed = DNSQuery()
    try parsed.read(message.span)
    let found = parsed.tsigStart
    let start = try #require(found)
    #expect(start == parsed.questionEnd && message.count - start == record.length)
    let read = try TSIGRecord(message.span, at: start)
    #expect(read == record && read.mac == [1, 2, 3, 4] && read.fudgeSeconds == 300)
    #expect(read.keyName.bytes == record.keyName.bytes)
  }

  @Test func `the message is authenticated as it was before the record came to it`() throws {
    var message = signed()
    // A forwarder's ID is not the one that was signed.
    message[0] = 0xff
    var authenticated: [UInt8] = []
    record.appendMessage(message.span, end: message.count - record.length, to: &authenticated)
    #expect(authenticated == query("example.com", type: .axfr))
  }

  @Test func `names are authenticated in lower case, with times and errors`() {
    var authenticated: [UInt8] = []
    TSIGRecord.appendPrior(mac: [9, 8].span, to: &authenticated)
    record.appendVariables(to: &authenticated)
    #expect(
      authenticated == bytes("0002 0908") + name("key.example").bytes + bytes("00ff 00000000")
        + name("hmac-sha256").bytes + bytes("000102030405 012c 0000 0000"))
    authenticated = []
    record.appendTimers(to: &authenticated)
    #expect(authenticated == bytes("000102030405 012c"))
  }

  @Test func `a record that is not well-formed is refused`() {
    let message = signed()
    let start = message.count - record.length
    for length in start..<message.count {
      #expect(throws: DNSError.self) {
        try TSIGRecord(message.span.extracting(0..<length), at: start)
      }
    }
    for (offset, value) in [(16, 0), (20, 1), (44, 0xff)] as [(Int, UInt8)] {
      var wrong = message
      wrong[start + offset] = value
      #expect(throws: DNSError.malformedTSIG) { try TSIGRecord(wrong.span, at: start) }
    }
  }

  @Test func `it is appended last, in what is kept free for it`() throws {
    let response = message(limit: 12 + record.length) { writer in
      writer.reserve(record.length)
      writer.begin(.additional)
      expect(!writer.append(encoded: [0].span, records: 1))
      var bytes: [UInt8] = []
      record.append(to: &bytes)
      expect(writer.appendLast(bytes.span))
    }
    #expect(try TSIGRecord(response.span, at: 12) == record)
  }
}

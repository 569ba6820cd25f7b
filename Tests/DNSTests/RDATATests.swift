// Contents of records: text to bytes and back, canonical form, checks.

import DNS
import Primitives
import Testing

/// Types, texts as they are printed, and their bytes as other implementations (dnspython, BIND) make
/// them of the same text.
private let contents: [(RecordType, String, String)] = [
  (.a, "192.0.2.1", "c0000201"),
  (.aaaa, "2001:db8::1", "20010db8000000000000000000000001"),
  (.aaaa, "::", "00000000000000000000000000000000"),
  (.aaaa, "1:0:0:2::3", "00010000000000020000000000000003"),
  (.aaaa, "fe80:1:2:3:4:5:6:0", "fe800001000200030004000500060000"),
  (.mx, "10 mail.example.", "000a046d61696c076578616d706c6500"),
  (.txt, "\"a\" \"b c\" \"\"", "0161036220 6300"),
  (.txt, "\"\\\"\\\\;\\000\\255\"", "0522 5c 3b 00 ff"),
  (.caa, "128 iodef \"mailto:a@b\"", "80 05 696f646566 6d61696c746f3a614062"),
  (.uri, "10 1 \"https://a/\"", "000a 0001 68747470733a2f2f612f"),
  (RecordType(rawValue: 3), "a.", "016100"), (RecordType(rawValue: 14), "a. b.", "016100016200"),
  (RecordType(rawValue: 26), "1 a. b.", "0001 016100 016200"),
  (.cert, "1 2 8 AQI=", "0001 0002 08 0102"), (RecordType(rawValue: 49), "AQI=", "0102"),
  (RecordType(rawValue: 62), "1 3 A NS", "00000001 0003 000160"),
  (RecordType(rawValue: 63), "1 1 1 ABCD", "00000001 01 01 abcd"),
  (RecordType(rawValue: 108), "00-00-5E-00-53-2A", "00005e00532a"),
  (RecordType(rawValue: 109), "00-00-5E-EF-10-00-00-2A", "00005eef1000002a"),
  (RecordType(rawValue: 30), "\\# 4 01610040", "01610040"),
  (
    .aaaa, "::ffff:192.0.2.1",
    "00000000000000000000ffffc0000201"
  ),
  // RFC 4025 section 3.2 and RFC 3123 section 5.
  (RecordType(rawValue: 45), "10 1 2 192.0.2.38 AQI=", "0a 01 02 c0000226 0102"),
  (RecordType(rawValue: 45), "10 0 0 .", "0a 00 00"),
  (RecordType(rawValue: 45), "10 3 2 a.b. AQI=", "0a 03 02 0161016200 0102"),
  (
    RecordType(rawValue: 45), "10 2 2 2001:db8::1 AQI=",
    "0a 02 02 20010db8000000000000000000000001 0102"
  ),
  (
    RecordType(rawValue: 42), " 1:192.168.32.0/21 !1:192.168.38.0/28",
    "0001 15 03 c0a820 0001 1c 83 c0a826"
  ),
  (RecordType(rawValue: 42), " 2:2001:db8::/32 1:0.0.0.0/0", "0002 20 04 20010db8 0001 00 00"),
  (RecordType(rawValue: 42), "", ""),
  (.srv, "10 60 5060 sip.", "000a 003c 13c4 0373697000"),
  (.naptr, "1 2 \"u\" \"E2U+sip\" \"\" .", "0001 0002 0175 074532552b736970 00 00"),
  (.soa, "a. b. 1 2 3 4 5", "016100 016200 00000001 00000002 00000003 00000004 00000005"),
  (.sshfp, "4 2 1234AB", "04021234ab"),
  (.tlsa, "3 1 1 0C72", "0301010c72"),
  (.ds, "60485 13 2 D4B7", "ec45 0d 02 d4b7"),
  (.cds, "0 0 0 00", "0000 00 00 00"),
  (.cdnskey, "0 3 0 AA==", "0000 03 00 00"),
  (
    .nsec, "a. A MX RRSIG NSEC TYPE1234",
    "016100 0006 400100000003 041b 000000000000000000000000000000000000000000000000000020"
  ),
  (
    .nsec3, "1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG",
    "01 01 000c 04aabbccdd 14 17f3df17b2b2adaef615257de4d2020b80ac6c7c 0006400000000002"
  ),
  (.nsec3param, "1 0 0 -", "01 00 0000 00"),
  (
    .rrsig, "A 13 2 3600 20261225000000 20261125000000 12345 example. AQI=",
    "0001 0d 02 00000e10 6b2db200 6b062500 3039 076578616d706c6500 0102"
  ),
  (
    .loc, "51 30 12.748 N 0 7 39.611 W 0.00m 30.00m 10000.00m 10.00m",
    "00 33 16 13 8b0d2c8c 7ff8fca5 00989680"
  ),
  (
    .loc, "33 0 0.000 S 70 40 0.000 E -24.50m 1.00m 10000.00m 10.00m",
    "00 12 16 13 78eb4180 8f29d600 00988cee"
  ),
  (.svcb, "0 other.", "0000 056f7468657200"),
  (
    .https, "1 . alpn=\"h2,h3\" port=53 ipv4hint=192.0.2.1 ipv6hint=::1",
    "0001 00 0001 0006 026832 026833 0003 0002 0035 0004 0004 c0000201"
      + "0006 0010 00000000000000000000000000000001"
  ),
  (.svcb, "1 . alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", "0001 00 0001 000c 08665c6f6f2c626172 026832"),
  (
    .svcb,
    "16 foo. mandatory=alpn,ipv4hint alpn=\"h2\" ipv4hint=192.0.2.1 key667=\"hello\\210qoo\"",
    "0010 03666f6f00 0000 0004 00010004 0001 0003 026832 0004 0004 c0000201"
      + "029b 0009 68656c6c6fd2716f6f"
  ),
  (RecordType(rawValue: 65280), "\\# 3 0A0B0C", "0a0b0c"),
  (RecordType(rawValue: 65280), "\\# 0", ""),
]

@Suite("Contents of records") struct RDATATests {
  private func parse(_ type: RecordType, _ text: String) throws -> [UInt8] {
    try RDATA.parse(type, Array(text.utf8).span, origin: name("example"))
  }

  @Test(
    arguments: [
      (RecordType.ds, "1 13 2 \"\""), (.dnskey, "257 3 13 \"\""), (.tlsa, "3 1 1 \"\""),
      (.sshfp, "4 2 \"\""), (.cdnskey, "257 3 13 \"\""),
      (.rrsig, "A 13 2 3600 20261225000000 20261125000000 12345 example. \"\""),
    ])
  func `what is parsed is valid: digits may not be left out by quotation marks`(
    type: RecordType, text: String
  ) {
    #expect(throws: ZoneFileFault.self) {
      try RDATA.parse(type, Array(text.utf8).span, origin: nil)
    }
  }

  @Test func `types that stand in queries only have no content`() {
    for type in [RecordType.opt, .any, .tsig, RecordType(rawValue: 0)] {
      #expect(throws: ZoneFileFault.self) {
        try RDATA.parse(type, Array("\\# 0".utf8).span, origin: nil)
      }
    }
  }

  @Test(arguments: contents.indices)
  func `text becomes bytes and the bytes that text`(index: Int) throws {
    let (type, text, hexadecimal) = contents[index]
    let content = try parse(type, text)
    #expect(content == bytes(hexadecimal), "\(type) \(text)")
    var output: [UInt8] = []
    RDATA.appendText(type, content.span, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == text)
  }

  @Test(
    "there are other ways to write the same",
    arguments: [
      (.a, "\\# 4 C000 0201", "192.0.2.1"),
      (.soa, "a. b. 1 2h 3m 1w 1h1m1s", "a. b. 1 7200 180 604800 3661"),
      (.ns, "@", "example."), (.ns, "ns", "ns.example."),
      (.aaaa, "::ffff:c000:201", "::ffff:192.0.2.1"), (.aaaa, "::fffe:c000:201", "::fffe:c000:201"),
      (.cert, "PGP 0 0 AQI=", "3 0 0 AQI="), (.soa, "a. b. 1 1m2h 3 4 5", "a. b. 1 7260 3 4 5"),
      (.aaaa, "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), (.txt, "a\\;b \\099", "\"a;b\" \"c\""),
      (.loc, "33 S 70 40 E 1", "33 0 0.000 S 70 40 0.000 E 1.00m 1.00m 10000.00m 10.00m"),
      (.ds, "1 ECDSAP256SHA256 2 ab cd", "1 13 2 ABCD"),
      (.rrsig, "A 8 0 0 1 0 0 . AQ ID", "A 8 0 0 19700101000001 19700101000000 0 . AQID"),
      (.https, "1 . ipv4hint=1.2.3.4 alpn=h2", "1 . alpn=\"h2\" ipv4hint=1.2.3.4"),
      (.nsec, "a. MX A A", "a. A MX"),
      (.cds, "0 0 0 0", "0 0 0 00"), (.cdnskey, "0 3 0 0", "0 3 0 AA=="),
      (RecordType(rawValue: 45), "1 3 0 a", "1 3 0 a.example."),
    ] as [(RecordType, String, String)])
  func other(type: RecordType, text: String, printed: String) throws {
    var output: [UInt8] = []
    let content = try parse(type, text)
    RDATA.appendText(type, content.span, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == printed)
  }

  @Test(
    "what is wrong is told with its place",
    arguments: [
      (.a, "192.0.2", DNSError.invalidIPv4Address, 1), (.a, "192.0.2.01", .invalidIPv4Address, 1),
      (.a, "192.0.2.256", .invalidIPv4Address, 1), (.aaaa, "1::2::3", .invalidIPv6Address, 1),
      (.aaaa, "1:2:3:4:5:6:7", .invalidIPv6Address, 1), (.aaaa, "12345::", .invalidIPv6Address, 1),
      (.aaaa, "1:", .invalidIPv6Address, 1), (.aaaa, ":1", .invalidIPv6Address, 1),
      (.aaaa, "1:2:3:4:5:6:7:8:9", .invalidIPv6Address, 1), (.mx, "10", .missingWord, 1),
      (.mx, "10 a b", .extraWord, 6), (.mx, "65536 a", .invalidNumber, 1),
      (.mx, "x a", .invalidNumber, 1),
      (.caa, "0 is-sue \"a\"", .invalidTag, 3), (.tlsa, "3 1 1 abc", .invalidHexadecimal, 7),
      (.dnskey, "257 3 13 AQI", .invalidBase64, 10), (.txt, "\"a", .unclosedQuote, 3),
      (.txt, "a\"b\"", .misplacedQuote, 1), (.cname, "a..b", .emptyLabel, 1),
      (.a, "\\# 3 010203", .invalidContent, 6), (.a, "\\# 4 010203", .wrongGenericLength, 6),
      (RecordType(rawValue: 65280), "x", .genericFormNeeded, 1),
      (.ds, "1 WHAT 2 00", .invalidAlgorithm, 3),
      (.https, "1 . alpn=h2 alpn=h3", .repeatedParameter, 13),
      (.https, "1 . what=h2", .unknownParameter, 5),
      (.https, "1 . port=65536", .invalidParameter, 5),
      (.https, "1 . mandatory=alpn", .missingMandatoryParameter, 5),
      (.https, "1 . no-default-alpn", .missingMandatoryParameter, 5),
      (.uri, "1 1 \"\"", .invalidContent, 5),
      (RecordType(rawValue: 108), "00-1", .invalidHexadecimal, 1),
      (RecordType(rawValue: 45), "1 4 0 .", .invalidGateway, 5),
      (RecordType(rawValue: 45), "1 1 0 192.0.2.1 AQI=", .extraWord, 17),
      (RecordType(rawValue: 42), "1:192.0.2.0/33", .invalidPrefix, 1),
      (RecordType(rawValue: 42), "3:00/1", .invalidPrefix, 1),
      (.cds, "1 0 0 0", .invalidHexadecimal, 7),
      (.nsec, "a. WHAT", .unknownType, 4),
      (.rrsig, "A 8 0 0 20260230000000 0 0 . AQID", .invalidTime, 9),
      (.loc, "91 N 0 E 0", .invalidLocation, 10), (.soa, "a. b. 1 2x 3 4 5", .invalidTTL, 9),
      (.txt, "\(String(repeating: "a", count: 256))", .stringTooLong, 1),
    ] as [(RecordType, String, DNSError, Int)])
  func faults(type: RecordType, text: String, reason: DNSError, column: Int) {
    do throws(ZoneFileFault) {
      _ = try RDATA.parse(type, Array(text.utf8).span, origin: .root)
      Issue.record("\(text) was taken")
    } catch {
      #expect(error.reason == reason && error.position.column == column, "\(text): \(error)")
    }
  }

  @Test func `names inside are in lower case in the canonical form, where the RFCs say so`() throws
  {
    for (type, text, canonical) in [
      (.mx, "10 MAIL.Example.", "10 mail.example."), (.srv, "1 2 3 HOST.", "1 2 3 host."),
      (.nsec, "NEXT. A", "NEXT. A"), (.https, "1 FOO.", "1 FOO."), (.txt, "\"Text\"", "\"Text\""),
      (.rrsig, "A 8 0 0 1 0 0 SIGNER. AQID", "A 8 0 0 1 0 0 signer. AQID"),
    ] as [(RecordType, String, String)] {
      var output: [UInt8] = []
      let content = try parse(type, text)
      RDATA.appendCanonical(type, content.span, to: &output)
      #expect(try output == parse(type, canonical))
    }
  }

  @Test func `names in messages come uncompressed, and only where they may be compressed`() throws {
    let message = [UInt8](repeating: 0, count: 12) + [1, 97, 0, 0, 10, 0xc0, 12]
    var content: [UInt8] = []
    try RDATA.read(.mx, message.span, in: 15..<19, to: &content)
    #expect(content == [0, 10, 1, 97, 0])
    for type in [3, 4, 7, 8, 9] as [UInt16] {
      var content: [UInt8] = []
      try RDATA.read(RecordType(rawValue: type), message.span, in: 17..<19, to: &content)
      #expect(content == [1, 97, 0])
    }
    #expect(throws: DNSError.badCompressionPointer) {
      var content: [UInt8] = []
      try RDATA.read(.https, message.span, in: 15..<19, to: &content)
    }
    #expect(throws: DNSError.invalidContent) {
      var content: [UInt8] = []
      try RDATA.read(.mx, message.span, in: 15..<18, to: &content)
    }
    expect(!RDATA.isValid(.mx, message.span.extracting(15..<19)))
  }

  @Test func `times before 1970 are those that serial arithmetic makes of them`() throws {
    let before = try parse(.rrsig, "A 8 0 0 19691231235959 19020101000000 0 . AQID")
    #expect(Array(before[8..<16]) == bytes("ffffffff 8017e880"), "\(before)")
  }

  @Test func `times of signatures are those of the calendar`() {
    for (seconds, text) in [
      (0, "19700101000000"), (951_782_400, "20000229000000"), (1_709_251_199, "20240229235959"),
      (4_294_967_295, "21060207062815"),
    ] as [(UInt32, String)] {
      var output: [UInt8] = []
      SignatureTime.append(seconds, to: &output)
      #expect(String(decoding: output, as: UTF8.self) == text)
    }
  }
}

// Zone files: what they mean, their faults, and that what is printed is read back.

import DNS
import Primitives
import Testing

/// The lines that records are printed as.
func lines(_ records: [ZoneRecord]) -> [String] {
  records.map { record in
    var line: [UInt8] = []
    record.append(relativeTo: .root, to: &line)
    return String(decoding: line.dropLast(), as: UTF8.self).split(separator: "\t")
      .joined(separator: " ")
  }
}

@Suite("Zone files") struct ZoneFileTests {
  private func read(_ text: String) -> [String] {
    let (records, faults) = parseZone(Array(text.utf8), origin: name("example"))
    #expect(faults.isEmpty, "\(faults)")
    return lines(records)
  }

  private func faults(_ text: String, limits: ZoneFileLimits = ZoneFileLimits()) -> [String] {
    parseZone(Array(text.utf8), ttl: 60, limits: limits).faults.map {
      "\($0.position.line):\($0.position.column) \($0.reason) \($0.word)"
    }
  }

  @Test func `names, TTLs and classes are taken over where they are left out`() {
    #expect(
      read(
        """
        $TTL 1h
        @ IN SOA ns hostmaster 1 2 3 4 5
          NS ns
        ns 300 A 192.0.2.1
          IN 300 AAAA ::1
          CLASS1 TXT a ; comment
        $ORIGIN sub
        a CNAME @
        $TTL 5
        b a 192.0.2.2
        """) == [
          "example. 3600 IN SOA ns.example. hostmaster.example. 1 2 3 4 5",
          "example. 3600 IN NS ns.example.", "ns.example. 300 IN A 192.0.2.1",
          "ns.example. 300 IN AAAA ::1", "ns.example. 3600 IN TXT \"a\"",
          "a.sub.example. 3600 IN CNAME sub.example.", "b.sub.example. 5 IN A 192.0.2.2",
        ])
  }

  @Test func `without $TTL the last one told holds, or the minimum of a SOA that has none`() {
    #expect(
      read("@ SOA a b 1 2 3 4 300\n a 192.0.2.1\nb 60 a 192.0.2.2\nc a 192.0.2.3")
        .map { $0.split(separator: " ")[1] } == ["300", "300", "60", "300"])
    #expect(
      read("@ 9 SOA a b 1 2 3 4 300\n a 192.0.2.1\nb 60 a 192.0.2.2\nc a 192.0.2.3")
        .map { $0.split(separator: " ")[1] } == ["9", "9", "60", "60"])
  }

  @Test func `parentheses join lines, and quoted strings keep what means something outside`() {
    #expect(
      read(
        "a 1 TXT ( one ; comment )\n\t\"two ; three\"\n( four ) )\nb 1 TXT \"(\" \\; \\( \"\"\r\n")
        == [
          "a.example. 1 IN TXT \"one\" \"two ; three\" \"four\"",
          "b.example. 1 IN TXT \"(\" \";\" \"(\" \"\"",
        ])
  }

  @Test func `a byte order mark before the file is nothing, and its beginning is a name's`() {
    for (mark, owner) in [
      ([0xef, 0xbb, 0xbf], "a."), ([0xef, 0xbb], "\\239\\187a."), ([], "a."),
      ([0xef, 0xbb, 0xbf, 0xef], "\\239a."),
    ] as [([UInt8], String)] {
      for size in 1...5 {
        let (records, faults) = parseZone(mark + Array("a 1 A 192.0.2.1".utf8), size: size)
        #expect(faults.isEmpty && lines(records) == ["\(owner) 1 IN A 192.0.2.1"])
      }
    }
    #expect(parseZone([0xef, 0xbb]).faults.map(\.word) == ["\\239\\187"])
    #expect(parseZone([0xef, 0xbb, 0xbf]).faults.isEmpty)
    #expect(read("\u{feff}$TTL 5\na A 192.0.2.1") == ["a.example. 5 IN A 192.0.2.1"])
  }

  @Test func `blank lines and comments are nothing`() {
    #expect(read("\n   \n; a\n\t; b\n\r\n").isEmpty)
    #expect(read("").isEmpty)
  }

  @Test func `faults say line, column and word, and the lines around them are read`() {
    #expect(
      faults(
        """
        a A 192.0.2.1
        b A 192.0.2
          AAAA x
        $INCLUDE other.zone
        $GENERATE 1-2 a A 192.0.2.$
        $WHAT
        c 99999999999 A 192.0.2.1
        d CH A 192.0.2.1
        e WHAT 192.0.2.1
        f
        g..h A 192.0.2.1
          TXT "told already"
        i TXT "open
        j TXT )
        k ANY \\# 0
        $TTL x
        $ORIGIN a b
        l"m" A 192.0.2.1
        n 6"0" A 192.0.2.1
        o T"XT" x
        p DS 1 8 2 00"11"
        q HTTPS 1 . al"pn"=h2
        r TXT a\\
        """) == [
          "2:5 invalidIPv4Address 192.0.2", "3:8 invalidIPv6Address x",
          "4:1 includeRefused $INCLUDE", "5:1 generateRefused $GENERATE",
          "6:1 unknownDirective $WHAT", "7:3 invalidTTL 99999999999", "8:3 otherClass CH",
          "9:3 unknownType WHAT", "10:1 missingWord f", "11:1 emptyLabel g..h",
          "13:12 unclosedQuote ", "14:7 unopenedParenthesis ", "15:3 metaType ANY",
          "16:6 invalidTTL x", "17:11 extraWord b",
          "18:1 misplacedQuote lm", "19:3 misplacedQuote 60", "20:3 misplacedQuote TXT",
          "21:12 misplacedQuote 0011", "22:13 misplacedQuote alpn=h2", "23:9 invalidEscape ",
        ])
    #expect(faults(" A 192.0.2.1") == ["1:2 missingOwner A"])
    #expect(faults("a TXT (\nb") == ["2:2 unclosedParenthesis "])
    #expect(parseZone(Array("a A 192.0.2.1".utf8)).faults.map(\.reason) == [.missingTTL])
  }

  @Test func `a fault is a sentence for the person who mends it`() {
    let fault = parseZone(Array("a 60 A 192.0.2\n".utf8)).faults.first
    #expect(
      fault?.description
        == "line 1, column 8: '192.0.2': an IPv4 address is wanted here, such as 192.0.2.1")
    for error in DNSError.allCases {
      #expect(!error.explanation.description.isEmpty)
    }
  }

  @Test func `limits end what is no zone file`() {
    var limits = ZoneFileLimits()
    limits.lineBytes = 100
    limits.entryBytes = 50
    limits.entryWords = 5
    limits.records = 2
    limits.faults = 3
    limits.depth = 2
    let long = String(repeating: "x", count: 60)
    #expect(faults("a TXT \(long)", limits: limits).first?.contains("entryTooLong") ?? false)
    #expect(faults("a TXT 1 2 3 4 5 6", limits: limits).first?.contains("entryTooLong") ?? false)
    #expect(faults("a TXT (((1)))", limits: limits).first?.contains("tooManyParentheses") ?? false)
    #expect(faults(";\(long)\(long)\n$X", limits: limits) == ["1:101 lineTooLong "])
    let many = parseZone(Array("a TXT 1\na TXT 2\na TXT 3\na TXT 4".utf8), ttl: 1, limits: limits)
    #expect(many.records.count == 2 && many.faults.map(\.reason) == [.tooManyZoneRecords])
    #expect(faults("$X\n$X\n$X\n$X\n", limits: limits).count == 4)
  }

  @Test func `where the file is cut makes no difference`() throws {
    let text = Array(
      "$ORIGIN a.\n$TTL 1m\n@ SOA a b ( 1 2 3\n 4 5 ) ; x\n TXT \"a\\\"b\" \\# c\n x\n".utf8)
    let whole = parseZone(text)
    for size in 1...20 {
      let cut = parseZone(text, size: size)
      #expect(cut.records == whole.records && cut.faults == whole.faults)
    }
    #expect(whole.records.count == 2 && whole.faults.count == 1)
  }

  @Test func `contents of more words than a line may have are read back too`() {
    var windows: [UInt8] = [0]
    for window in 0...255 { windows += [UInt8(window), 32] + [UInt8](repeating: 0xff, count: 32) }
    var parameters: [UInt8] = [0, 1, 0]
    for key in 99..<16_482 { parameters += [UInt8(key >> 8), UInt8(key & 255), 0, 0] }
    for (type, content) in [
      (.txt, [UInt8](repeating: 0, count: 20_000)), (.nsec, windows),
      (.https, parameters), (.txt, [UInt8](repeating: 0, count: 16_000)),
    ] as [(RecordType, [UInt8])] {
      let record = ZoneRecord(name: name("a"), type: type, ttl: 1, content: content)
      var text: [UInt8] = []
      record.append(relativeTo: .root, to: &text)
      let (records, faults) = parseZone(text)
      #expect(faults.isEmpty && records == [record])
    }
  }

  @Test(arguments: 0..<40)
  func `a zone of random records is read back as it was printed`(seed: UInt64) {
    var generator = ZoneGenerator(seed: seed)
    let origin = generator.name(labels: 2)
    let zone = (0..<50).map { _ in generator.record(below: origin) }
    var text: [UInt8] = []
    ZoneRecord.appendDirectives(origin: origin, to: &text)
    for record in zone { record.append(relativeTo: origin, to: &text) }
    let (records, faults) = parseZone(text, origin: name("elsewhere"), size: 7)
    #expect(faults.isEmpty, "\(faults)")
    #expect(records == zone)
    // Equality of names ignores case; printing keeps it.
    #expect(records.map(\.name.bytes) == zone.map(\.name.bytes))
  }
}

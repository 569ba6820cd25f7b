// Messages as they are written.

import DNS
import Primitives
import Testing

@Suite("Message writer") struct MessageWriterTests {
  let question = Array(query("www.example.com").dropFirst(12))

  @Test func `a set is written at the question's name`() {
    let response = message(DNSHeader(responseTo: DNSHeader())) { writer in
      expect(writer.appendQuestion(question.span))
      expect(
        writer.append(
          ownerAt: 12, type: .a, ttl: 300, contents: run([192, 0, 2, 1], [192, 0, 2, 2]).span))
    }
    #expect(
      response == bytes("0000 8000 0001 0002 0000 0000") + question
        + bytes("c00c 0001 0001 0000012c 0004 c0000201")
        + bytes("c00c 0001 0001 0000012c 0004 c0000202"))
  }

  @Test func `owners and the names of RFC 1035's types are compressed, in any case`() {
    let response = message { writer in
      expect(writer.appendQuestion(question.span))
      expect(
        writer.append(
          owner: name("EXAMPLE.com").bytes.span, type: .mx, ttl: 1,
          contents: run([0, 10] + name("mail.example.com").bytes).span))
      expect(
        writer.append(
          owner: name("mail.example.com").bytes.span, type: .srv, ttl: 1,
          contents: run([0, 0, 0, 0, 0, 1] + name("example.com").bytes).span))
    }
    #expect(
      Array(response.dropFirst(12)) == question
        + bytes("c010 000f 0001 00000001 0009 000a 04 6d61696c c010")
        + bytes("c02f 0021 0001 00000001 0013 000000000001 07 6578616d706c65 03 636f6d 00"))
  }

  @Test func `the owner of a second record points at that of the first`() {
    let response = message { writer in
      expect(
        writer.append(
          owner: name("new.test").bytes.span, type: .txt, ttl: 0,
          contents: run([1, 97], [1, 98]).span)
      )
    }
    #expect(
      Array(response.dropFirst(12))
        == bytes("03 6e6577 04 74657374 00 0010 0001 00000000 0002 0161")
        + bytes("c00c 0010 0001 00000000 0002 0162"))
  }

  @Test func `a name of more labels than are compressed is written in full, and can be pointed at`()
  {
    let long = name(String(repeating: "a.", count: 41))
    let response = message { writer in
      for _ in 0..<2 {
        expect(
          writer.append(
            owner: long.bytes.span, type: .ns, ttl: 1, contents: run([1, 98, 0], [1, 99, 0]).span))
      }
    }
    let size = long.bytes.count
    #expect(response.count == 12 + 2 * (size + 2) + 4 * 10 + 3 + 3 + 2 + 2)
    #expect(Array(response[(12 + size + 13)..<(12 + size + 15)]) == [0xc0, 12])
  }

  @Test func `a content may be empty, and a set may not`() {
    let owner = name("a")
    let response = message { writer in
      expect(
        writer.append(
          owner: owner.bytes.span, type: RecordType(rawValue: 65_280), ttl: 1,
          contents: run([]).span))
      expect(writer.append(ownerAt: 12, type: .a, ttl: 1, contents: run().span))
      expect(writer.recordCount(in: .answer) == 1)
    }
    #expect(Array(response.dropFirst(12)) == bytes("01 61 00 ff00 0001 00000001 0000"))
  }

  @Test func `what does not fit is left out whole, and the rest can be written`() {
    let response = message(limit: 12 + question.count + 40) { writer in
      expect(writer.appendQuestion(question.span))
      writer.reserve(11)
      expect(writer.append(ownerAt: 12, type: .a, ttl: 1, contents: run([1, 2, 3, 4]).span))
      let free = writer.free
      expect(
        !writer.append(
          owner: name("a.example.com").bytes.span, type: .ns, ttl: 1,
          contents: run(name("b.example.com").bytes).span))
      expect(writer.free == free && writer.recordCount(in: .answer) == 1)
      writer.begin(.additional)
      expect(writer.beginOPT(payloadBytes: 1232, code: .noError, dnssecOK: true))
    }
    #expect(
      Array(response.dropFirst(12 + question.count))
        == bytes("c00c 0001 0001 00000001 0004 01020304") + bytes("00 0029 04d0 00 00 8000 0000"))
    #expect(Array(response[4..<12]) == bytes("0001 0001 0000 0001"))
  }

  @Test func `a name that was not written is pointed at by none`() throws {
    for limit in 12...120 {
      let response = message(limit: limit) { writer in
        writer.begin(.answer)
        for text in ["a.b.c.d.e", "b.c.d.e", "x.c.d.e", "e"] {
          _ = writer.append(
            owner: name(text).bytes.span, type: .ns, ttl: 1,
            contents: run(name("ns." + text).bytes).span)
        }
      }
      var position = 12
      for _ in 0..<response[7] {
        let owner = try DomainName(response.span, at: &position)
        position += 10
        let target = try DomainName(response.span, at: &position)
        #expect(target == name("ns.\(owner)"))
      }
      #expect(position == response.count)
    }
  }

  @Test func `an extended code and options are in OPT, and padding fills a block`() throws {
    let response = message(limit: 1232) { writer in
      expect(writer.beginOPT(payloadBytes: 1232, code: .badVersion, dnssecOK: false))
      expect(writer.appendOption(EDNS.Option.nsid, [1, 2].span))
      writer.appendPadding(blockBytes: 468)
    }
    #expect(response.count == 468)
    #expect(Array(response[12..<23]) == bytes("00 0029 04d0 01 00 0000") + [1, 189])
    #expect(Array(response[23..<33]) == bytes("0003 0002 0102 000c 01b3"))
  }

  @Test func `padding leaves room for what follows, and the whole fills a block`() {
    for limit in [1232, 300] {
      let trailing = [UInt8](repeating: 0, count: 100)
      let response = message(limit: limit) { writer in
        expect(writer.beginOPT(payloadBytes: 1232, code: .noError, dnssecOK: false))
        writer.appendPadding(blockBytes: 468, before: trailing.count)
        expect(writer.appendLast(trailing.span))
      }
      #expect(response.count == min(limit, 468))
    }
  }

  @Test func `a message has 65,535 bytes at most, whatever its buffer has`() {
    var buffer = [UInt8](repeating: 0, count: 70_000)
    let writer = DNSMessageWriter(buffer.mutableSpan, limitBytes: 70_000)
    expect(writer.free == 65_535 - 12)
  }

  @Test func `DO and CO are in OPT each by itself`() {
    for (dnssecOK, compactAnswersOK, flags) in [(true, false, 0x80), (false, true, 0x40)] {
      let response = message { writer in
        expect(
          writer.beginOPT(
            payloadBytes: 1232, code: .noError, dnssecOK: dnssecOK,
            compactAnswersOK: compactAnswersOK))
      }
      #expect(response[19] == UInt8(flags) && response[20] == 0)
    }
  }

  @Test func `records are dropped and the question stays`() {
    let response = message { writer in
      expect(writer.appendQuestion(question.span))
      expect(writer.append(ownerAt: 12, type: .a, ttl: 1, contents: run([1, 2, 3, 4]).span))
      writer.dropRecords(questionEnd: 12 + question.count)
    }
    #expect(response == bytes("0000 0000 0001 0000 0000 0000") + question)
  }

  @Test func `a long message has no pointer beyond what 14 bits reach`() throws {
    let response = message { writer in
      for index in 0..<900 {
        expect(
          writer.append(
            owner: name("host\(index).example").bytes.span, type: .txt, ttl: 1,
            contents: run([20] + [UInt8](repeating: 97, count: 20), [1, 98]).span))
      }
    }
    var position = 12
    for number in 0..<1800 {
      #expect(try DomainName(response.span, at: &position) == name("host\(number / 2).example"))
      position += 10 + Int(response[position + 9])
    }
    #expect(position == response.count)
  }
}

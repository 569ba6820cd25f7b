// Responses as messages: EDNS, cookies, sizes, and what is no question for a zone.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Responses")
struct MessageTests {
  let image: ZoneImage

  init() throws {
    var records = [
      TestAnswers.record("one.test", .ns, "ns.one.test"),
      TestAnswers.record("ns.one.test", .a, [192, 0, 2, 53]),
      TestAnswers.record("one.test", .a, [192, 0, 2, 1]),
      TestAnswers.record("one.test", .txt, [2, 104, 105]),
      TestAnswers.record("sub.one.test", .ns, "ns.sub.one.test"),
      TestAnswers.record("ns.sub.one.test", .a, [192, 0, 2, 54]),
    ]
    for number in 0..<60 {
      records.append(
        TestAnswers.record("big.one.test", .aaaa, Array(repeating: UInt8(number), count: 16)))
    }
    for number in 0..<20 {
      records.append(
        TestAnswers.record("loop\(number).one.test", .cname, "loop\((number + 1) % 20).one.test"))
    }
    image = try ZoneCompiler.compile(
      apex: DomainName(wire: Messages.wire("one.test").span), records: records
    ).get()
  }

  private func ask(_ query: [UInt8], isStream: Bool = false) -> Messages.Response? {
    TestAnswers.respond(image, query, isStream: isStream).flatMap { Messages.read($0) }
  }

  @Test("a plain query has a plain answer: its ID, question, RD, and nothing that was not asked")
  func plain() throws {
    let query = Messages.query("OnE.tEsT", .a, flags: 0x0110)
    let response = try #require(ask(query))
    #expect(response.id == 0x1234 && response.question == Array(query[12...]))
    #expect(response.flags == 0x8510 && response.opt == nil)
    #expect(response.sections[0].map(\.content) == [[192, 0, 2, 1]])
    #expect(response.sections[1].isEmpty && response.sections[2].isEmpty)
  }

  @Test("flags that are not defined are not echoed") func unknownFlags() throws {
    #expect(try #require(ask(Messages.query("one.test", .a, flags: 0x0040))).flags == 0x8400)
    let bits = Messages.query("one.test", .a, payload: 1_232, ttl: [0, 0, 0x40, 1])
    #expect(try #require(ask(bits)).opt?.ttl == 0)
  }

  @Test("EDNS is answered with EDNS: version 0, 1,232 bytes, DO as it was") func edns() throws {
    let query = Messages.query("one.test", .soa, payload: 4_096, ttl: [0, 0, 0x80, 0])
    let response = try #require(ask(query))
    #expect(response.code == 0 && response.opt?.ttl == 0x8000 && response.opt?.recordClass == 1_232)
    #expect(response.opt?.content == [])
    let unknown = Messages.query("one.test", .a, payload: 512, options: [0, 100, 0, 2, 1, 2])
    #expect(try #require(ask(unknown)).opt?.content == [])
  }

  @Test("an EDNS version that is not known is BADVERS, with version 0") func badVersion() throws {
    let query = Messages.query(
      "one.test", .soa, payload: 4_096, ttl: [0, 1, 0, 0], options: [0, 100, 0, 0])
    let response = try #require(ask(query))
    #expect(response.code == 16 && response.sections[0].isEmpty)
    #expect((response.opt?.ttl ?? 1) >> 16 & 255 == 0 && response.opt?.content == [])
  }

  @Test("what does not fit is cut off, and whole over TCP") func truncation() throws {
    for payload in [nil, 512, 600, 4_096] as [Int?] {
      let response = try #require(ask(Messages.query("big.one.test", .aaaa, payload: payload)))
      #expect(response.isTruncated && response.sections[0].isEmpty && response.code == 0)
      #expect((response.opt != nil) == (payload != nil))
    }
    let whole = try #require(ask(Messages.query("big.one.test", .aaaa), isStream: true))
    #expect(!whole.isTruncated && whole.sections[0].count == 60)
  }

  @Test("a delegation is a referral with its glue, and not ours") func referral() throws {
    let response = try #require(ask(Messages.query("www.sub.one.test", .a)))
    #expect(!response.isAuthoritative && response.sections[0].isEmpty && response.code == 0)
    #expect(response.sections[1].map(\.owner) == ["sub.one.test"])
    #expect(response.sections[2].map(\.content) == [[192, 0, 2, 54]])
  }

  @Test("glue of both families comes, and none that the zone does not have") func glue() throws {
    let six = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1] as [UInt8]
    let records = [
      TestAnswers.record("z.test", .ns, "ns.z.test"),
      TestAnswers.record("sub.z.test", .ns, "a.sub.z.test"),
      TestAnswers.record("sub.z.test", .ns, "b.sub.z.test"),
      TestAnswers.record("sub.z.test", .ns, "ns.elsewhere"),
      TestAnswers.record("a.sub.z.test", .aaaa, six),
      TestAnswers.record("b.sub.z.test", .aaaa, six),
      TestAnswers.record("b.sub.z.test", .a, [192, 0, 2, 1]),
    ]
    let image = try ZoneCompiler.compile(
      apex: DomainName(wire: Messages.wire("z.test").span), records: records
    ).get()
    let bytes = try #require(TestAnswers.respond(image, Messages.query("x.sub.z.test", .aaaa)))
    let response = try #require(Messages.read(bytes))
    #expect(response.sections[1].count == 3)
    #expect(
      response.sections[2].map { "\($0.owner) \($0.type)" }.sorted()
        == ["a.sub.z.test AAAA", "b.sub.z.test A", "b.sub.z.test AAAA"])
  }

  @Test("ANY gets one of the sets (RFC 8482)") func any() throws {
    let response = try #require(ask(Messages.query("one.test", .any)))
    #expect(Set(response.sections[0].map(\.type)).count == 1 && response.code == 0)
  }

  @Test(
    "a circle of aliases is gone round once", arguments: [("one", 1), ("two", 2), ("x.wild", 2)])
  func smallCircles(label: String, count: Int) throws {
    let records = [
      TestAnswers.record("z.test", .ns, "ns.z.test"),
      TestAnswers.record("one.z.test", .cname, "one.z.test"),
      TestAnswers.record("two.z.test", .cname, "three.z.test"),
      TestAnswers.record("three.z.test", .cname, "two.z.test"),
      TestAnswers.record("*.wild.z.test", .cname, "y.wild.z.test"),
    ]
    let image = try ZoneCompiler.compile(
      apex: DomainName(wire: Messages.wire("z.test").span), records: records
    ).get()
    let bytes = try #require(TestAnswers.respond(image, Messages.query("\(label).z.test", .a)))
    #expect(try #require(Messages.read(bytes)).sections[0].count == count)
  }

  @Test("a long circle of aliases ends") func aliases() throws {
    let response = try #require(ask(Messages.query("loop0.one.test", .a)))
    #expect(response.sections[0].count == NameServiceLimits.aliases && response.code == 0)
  }

  @Test(
    "what is no question for a zone has its code",
    arguments: [
      (0x2000, RecordType.a, 4), (0x2800, .a, 4), (0x7800, .a, 4), (0, .axfr, 5), (0, .ixfr, 9),
      (0, .opt, 1), (0, RecordType(rawValue: 254), 4),
    ])
  func codes(flags: Int, type: RecordType, code: Int) throws {
    let response = try #require(ask(Messages.query("one.test", type, flags: flags)))
    #expect(response.code == code && response.sections[0].isEmpty)
  }

  @Test("responses are never answered, and garbage is FORMERR or silence") func garbage() throws {
    #expect(ask(Messages.query("one.test", .a, flags: 0x8000)) == nil)
    #expect(ask([1, 2, 3]) == nil)
    var broken = Messages.query("one.test", .a)
    broken[12] = 64
    #expect(try #require(TestAnswers.respond(image, broken)).prefix(4) == [0x12, 0x34, 0x80, 1])
    var generator = SplitMix64(seed: 3)
    let base = Messages.query(
      "www.one.test", .a, payload: 1_232, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    for _ in 0..<20_000 {
      var mutated = base
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        mutated[Int.random(in: 0..<mutated.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        mutated.removeLast(Int.random(in: 0..<mutated.count, using: &generator))
      }
      // A name outside of the zone would not have come to it.
      guard mutated.count < 26 || mutated[16..<26].map(\.asciiLowercased) == Array(base[16..<26])
      else { continue }
      if let bytes = TestAnswers.respond(image, mutated) {
        #expect(Messages.read(bytes) != nil || bytes.count == 12, "\(mutated)")
      }
    }
  }

  @Test("a cookie gets a server cookie, which proves the sender for an hour (RFC 9018)")
  func cookies() throws {
    let client: [UInt8] = [0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57]
    let first = try #require(
      ask(Messages.query("one.test", .a, payload: 1_232, options: [0, 10, 0, 8] + client)))
    let option = try #require(first.opt?.content)
    #expect(option.prefix(12) == [0, 10, 0, 24] + client && option.count == 28)
    let cookie = Array(option.dropFirst(4))
    func isOurs(_ cookie: [UInt8], _ client: SocketAddress, _ seconds: UInt32) -> Bool {
      TestAnswers.cookies.isOurs(cookie.span, address: client, seconds: seconds)
    }
    #expect(
      isOurs(cookie, TestAnswers.client, 1_000_000) && isOurs(cookie, TestAnswers.client, 1_003_600)
    )
    #expect(
      !isOurs(cookie, TestAnswers.client, 1_003_601) && !isOurs(cookie, TestAnswers.client, 999_000)
    )
    #expect(!isOurs(cookie, SocketAddress(ipv4: 192, 0, 2, 2, port: 1), 1_000_000))
    #expect(!isOurs(cookie.dropLast() + [cookie[23] ^ 1], TestAnswers.client, 1_000_000))
    let malformed = Messages.query("one.test", .a, payload: 1_232, options: [0, 10, 0, 3, 1, 2, 3])
    #expect(try #require(ask(malformed)).code == 1)
  }

  @Test("RFC 9018's own example of a server cookie") func cookieVector() {
    // Appendix A.1: secret e5e973e5a6b2a43f48e7dc849e37bfcf, client 198.51.100.100.
    let cookies = ServerCookies(key0: 0x3fa4_b2a6_e573_e9e5, key1: 0xcfbf_379e_84dc_e748)
    let client: [UInt8] = [0x24, 0x64, 0xc4, 0xab, 0xcf, 0x10, 0xc9, 0x57]
    var option = InlineArray<24, UInt8>(repeating: 0)
    cookies.write(
      client: client.span, address: SocketAddress(ipv4: 198, 51, 100, 100, port: 9),
      seconds: 1_559_731_985, to: &option)
    let expected: [UInt8] =
      client + [1, 0, 0, 0, 0x5c, 0xf7, 0x9f, 0x11, 0x1f, 0x81, 0x30, 0xc3, 0xee, 0xe2, 0x94, 0x80]
    #expect((0..<24).map { option[$0] } == expected)
  }

  @Test("over TCP padding and keep-alive are answered with theirs") func streamOptions() throws {
    let query = Messages.query(
      "one.test", .a, payload: 1_232, options: [0, 12, 0, 2, 0, 0, 0, 11, 0, 0])
    let bytes = try #require(TestAnswers.respond(image, query, isStream: true))
    #expect(bytes.count % 468 == 0)
    #expect(try #require(Messages.read(bytes)).opt?.content.prefix(6) == [0, 11, 0, 2, 0, 100])
    #expect(try #require(ask(query)).opt?.content == [])
  }

  @Test("a SOA that we make has the epoch as its serial") func serial() throws {
    let stamped = image.stamped(epoch: 0x1_0203_0405)
    let bytes = try #require(TestAnswers.respond(stamped, Messages.query("one.test", .soa)))
    let soa = try #require(Messages.read(bytes)?.sections[0].first?.content)
    #expect(Array(soa.suffix(20).prefix(4)) == [2, 3, 4, 5])
  }
}

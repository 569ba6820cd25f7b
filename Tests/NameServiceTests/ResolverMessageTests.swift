// What a resolver says.

import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Resolver messages")
struct ResolverMessageTests {
  private static let name = Messages.wire("far.elsewhere")

  private static func record(
    _ owner: String, _ type: RecordType, _ ttl: Int, _ content: [UInt8]
  ) -> [UInt8] {
    Messages.wire(owner) + Messages.word(Int(type.rawValue)) + Messages.word(1)
      + Messages.word(0) + Messages.word(ttl) + Messages.word(content.count) + content
  }

  private static func response(
    flags: Int = 0x8180, id: Int = 7, question: String = "far.elsewhere",
    answers: [[UInt8]] = [], authority: [[UInt8]] = []
  ) -> [UInt8] {
    var bytes = Messages.word(id) + Messages.word(flags) + Messages.word(1)
    bytes += Messages.word(answers.count) + Messages.word(authority.count) + Messages.word(0)
    bytes += Messages.wire(question) + Messages.word(1) + Messages.word(1)
    return bytes + answers.flatMap { $0 } + authority.flatMap { $0 }
  }

  private static func read(_ bytes: [UInt8]) -> ResolverMessage.Reading {
    ResolverMessage.read(bytes.span, name, .a, id: 7)
  }

  @Test("addresses come from the end of the chain of aliases, with the least TTL of it")
  func chain() {
    let answers = [
      Self.record("end.elsewhere", .a, 900, [192, 0, 2, 2]),
      Self.record("far.elsewhere", .cname, 60, Messages.wire("end.elsewhere")),
      Self.record("other.elsewhere", .a, 5, [192, 0, 2, 3]),
    ]
    #expect(
      Self.read(Self.response(answers: answers))
        == .finding(.addresses([0, 4, 192, 0, 2, 2], ttl: 60)))
  }

  @Test("no addresses, and no such name, hold as long as the SOA says")
  func nothing() {
    let soa = Messages.wire("ns") + Messages.wire("x") + [UInt8](repeating: 0, count: 18) + [0, 90]
    for flags in [0x8180, 0x8183] {
      let bytes = Self.response(
        flags: flags, authority: [Self.record("elsewhere", .soa, 3_600, soa)])
      #expect(Self.read(bytes) == .finding(.addresses([], ttl: 90)))
      #expect(Self.read(Self.response(flags: flags)) == .finding(.unproven))
    }
  }

  @Test("that a zone has no DS record only the zone above can say") func delegations() {
    let soa = Messages.wire("ns") + Messages.wire("x") + [UInt8](repeating: 0, count: 18) + [0, 90]
    func read(_ owner: String, flags: Int = 0x8180, answers: [[UInt8]] = [])
      -> ResolverMessage.Reading
    {
      var bytes = Self.response(
        flags: flags, answers: answers, authority: [Self.record(owner, .soa, 3_600, soa)])
      let type = DNSHeader.length + Self.name.count
      bytes[type + 1] = 43
      return ResolverMessage.read(bytes.span, Self.name, .ds, id: 7)
    }
    #expect(read("elsewhere") == .finding(.addresses([], ttl: 90)))
    #expect(read(".") == .finding(.addresses([], ttl: 90)))
    for reading in [
      read("far.elsewhere"), read("other"), read("elsewhere", flags: 0x8183),
      read(
        "elsewhere", answers: [Self.record("far.elsewhere", .cname, 60, Messages.wire("elsewhere"))]
      ),
    ] { #expect(reading == .finding(.failed)) }
  }

  @Test("who refers to others, or does not resolve, says nothing") func referral() {
    let servers = Self.record("elsewhere", .ns, 3_600, Messages.wire("ns.elsewhere"))
    #expect(Self.read(Self.response(authority: [servers])) == .useless)
    #expect(Self.read(Self.response(flags: 0x8100)) == .useless)
    #expect(Self.read(Self.response(flags: 0x8500)) == .useless)
    let half = Self.record("far.elsewhere", .cname, 60, Messages.wire("end.elsewhere"))
    #expect(Self.read(Self.response(flags: 0x8100, answers: [half])) == .useless)
    // Nor does what it says of its own zones count: it may be this server.
    let address = Self.record("far.elsewhere", .a, 60, [192, 0, 2, 2])
    #expect(Self.read(Self.response(flags: 0x8500, answers: [address])) == .useless)
    #expect(Self.read(Self.response(answers: [half])) == .finding(.unproven))
  }

  @Test("what does not answer the query is passed over before anything else of it counts")
  func forged() {
    let good = Self.response(answers: [Self.record("far.elsewhere", .a, 60, [192, 0, 2, 2])])
    // Cut off at any place, or with any fault behind the question, but another number.
    for length in 0...good.count {
      var forged = Array(good.prefix(length))
      if forged.count > 1 { forged[1] ^= 1 }
      #expect(Self.read(forged) == .foreign, "\(length)")
    }
    for flags in [0x8182, 0x8380, 0x8185] {
      #expect(Self.read(Self.response(flags: flags, id: 8)) == .foreign)
      #expect(Self.read(Self.response(flags: flags, question: "far.elsewher")) == .foreign)
      #expect(Self.read(Self.response(flags: flags & 0x7fff)) == .foreign)
    }
    var two = good
    two[5] = 2
    #expect(Self.read(two) == .foreign)
    for place in [12 + Self.name.count + 1, 12 + Self.name.count + 3] {
      var other = good
      other[place] = 28
      #expect(Self.read(other) == .foreign)
    }
    var letters = good
    letters[13] = UInt8(ascii: "F")
    #expect(Self.read(letters) == Self.read(good))
  }

  @Test("what does not answer the query is passed over, and failures say nothing")
  func others() {
    #expect(Self.read(Self.response(id: 8)) == .foreign)
    #expect(Self.read(Self.response(question: "near.elsewhere")) == .foreign)
    #expect(Self.read(Self.response(flags: 0x0100)) == .foreign)
    #expect(Self.read([1, 2, 3]) == .foreign)
    #expect(Self.read(Self.response(flags: 0x8182)) == .useless)
    #expect(Self.read(Self.response(flags: 0x8380)) == .truncated)
    var cut = Self.response(answers: [Self.record("far.elsewhere", .a, 60, [192, 0, 2, 2])])
    cut.removeLast()
    #expect(Self.read(cut) == .useless)
  }

  @Test("records of another class are no addresses, though they have the type")
  func otherClass() {
    var record = Messages.wire("far.elsewhere") + Messages.word(1) + Messages.word(3)
    record += Messages.word(0) + Messages.word(60) + Messages.word(0)
    #expect(
      Self.read(Self.response(answers: [record]))
        == .finding(.unproven))
  }

  @Test("aliases in a circle are a failure") func circle() {
    let answers = [
      Self.record("far.elsewhere", .cname, 60, Messages.wire("b.elsewhere")),
      Self.record("b.elsewhere", .cname, 60, Messages.wire("far.elsewhere")),
    ]
    #expect(Self.read(Self.response(answers: answers)) == .finding(.failed))
  }

  @Test("a query reads as one") func query() throws {
    let bytes = ResolverMessage.query(Self.name, .aaaa, id: 7)
    var query = DNSQuery()
    try query.read(bytes.span)
    #expect(query.type == .aaaa && query.header.recursionDesired)
    #expect(query.edns?.payloadBytes == 1_232)
  }
}

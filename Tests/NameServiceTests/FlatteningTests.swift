// CNAME records that are answered with the addresses of their targets.

import ConfigurationTree
import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Flattening", .serialized)
struct FlatteningTests {
  static func zone(
    _ more: [ZoneRecord], flattened: Set<String> = [], at apex: String = "z.test"
  ) throws -> Result<ZoneImage, RecordFaults> {
    let records = [TestAnswers.record(apex, .ns, "ns.elsewhere")] + more
    var traits: [Int: RecordTraits] = [:]
    for (index, record) in records.enumerated()
    where record.type == .cname && flattened.contains(record.name.description) {
      traits[index] = RecordTraits(isFlattened: true)
    }
    return ZoneCompiler.compile(
      apex: try DomainName(wire: Messages.wire(apex).span), records: records, traits: traits)
  }

  static func ask(
    _ image: ZoneImage, _ name: String, _ type: RecordType
  ) throws -> Messages.Response {
    let bytes = try #require(TestAnswers.respond(image, Messages.query(name, type)))
    return try #require(Messages.read(bytes))
  }

  static let address: [UInt8] = [192, 0, 2, 7]

  @Test("the apex has its target's addresses, under its own name, beside its other records")
  func apex() throws {
    let image = try Self.zone([
      TestAnswers.record("z.test", .cname, Messages.wire("www.z.test"), ttl: 60),
      TestAnswers.record("z.test", .txt, [1, 65]),
      TestAnswers.record("www.z.test", .cname, "end.z.test"),
      TestAnswers.record("end.z.test", .a, Self.address, ttl: 300),
    ]).get()
    let answer = try Self.ask(image, "z.test", .a)
    #expect(answer.sections[0].map(\.owner) == ["z.test"])
    #expect(answer.sections[0].map(\.type) == [.a] && answer.sections[0].map(\.ttl) == [60])
    #expect(answer.sections[0].map(\.content) == [Self.address] && answer.isAuthoritative)
    #expect(try Self.ask(image, "z.test", .txt).sections[0].count == 1)
    #expect(try Self.ask(image, "z.test", .ns).sections[0].count == 1)
    // There is no such record for who asks.
    for type in [RecordType.aaaa, .cname, .mx] {
      let none = try Self.ask(image, "z.test", type)
      #expect(none.code == 0 && none.sections[0].isEmpty, "\(type)")
      #expect(none.sections[1].map(\.type) == [.soa], "\(type)")
    }
    #expect(image.records.contains { $0.type == .cname && $0.name.description == "z.test." })
    #expect(ZoneImage(image.bytes) == image)
  }

  @Test("its TTL is the least of the chain's") func leastTTL() throws {
    let image = try Self.zone([
      TestAnswers.record("z.test", .cname, Messages.wire("www.z.test"), ttl: 3_600),
      TestAnswers.record("www.z.test", .cname, Messages.wire("end.z.test"), ttl: 30),
      TestAnswers.record("end.z.test", .a, Self.address, ttl: 300),
    ]).get()
    #expect(try Self.ask(image, "z.test", .a).sections[0].map(\.ttl) == [30])
  }

  @Test("so does a name whose CNAME says so, and a wildcard; other aliases stay seen")
  func otherNames() throws {
    let image = try Self.zone(
      [
        TestAnswers.record("a.z.test", .cname, "end.z.test"),
        TestAnswers.record("*.w.z.test", .cname, "end.z.test"),
        TestAnswers.record("b.z.test", .cname, "a.z.test"),
        TestAnswers.record("end.z.test", .a, Self.address),
      ], flattened: ["a.z.test.", "*.w.z.test."]
    ).get()
    #expect(try Self.ask(image, "a.z.test", .a).sections[0].map(\.owner) == ["a.z.test"])
    #expect(try Self.ask(image, "a.z.test", .any).sections[0].map(\.type) == [.a])
    #expect(try Self.ask(image, "x.w.z.test", .a).sections[0].map(\.owner) == ["x.w.z.test"])
    let seen = try Self.ask(image, "b.z.test", .a).sections[0]
    #expect(seen.map(\.owner) == ["b.z.test", "a.z.test"] && seen.map(\.type) == [.cname, .a])
  }

  @Test("aliases in a circle are SERVFAIL, and a target that is not there is no data")
  func faults() throws {
    let circle = try Self.zone(
      [
        TestAnswers.record("z.test", .cname, "a.z.test"),
        TestAnswers.record("a.z.test", .cname, "z.test"),
      ], flattened: ["a.z.test."]
    ).get()
    let broken = try Self.ask(circle, "z.test", .a)
    #expect(broken.code == 2 && broken.sections.allSatisfy(\.isEmpty))
    let missing = try Self.zone([TestAnswers.record("z.test", .cname, "none.z.test")]).get()
    let none = try Self.ask(missing, "z.test", .a)
    #expect(none.code == 0 && none.sections[1].map(\.type) == [.soa])
  }

  @Test("a flattened CNAME beside addresses, or a second one, is refused")
  func conflicts() throws {
    let alias = TestAnswers.record("z.test", .cname, "a.elsewhere")
    for other in [
      TestAnswers.record("z.test", .a, Self.address),
      TestAnswers.record("z.test", .cname, "b.elsewhere"),
    ] {
      guard case .failure(let found) = try Self.zone([alias, other]) else {
        Issue.record("accepted")
        continue
      }
      #expect(found.faults.count == 1)
    }
    let many = (0..<1_001).map { TestAnswers.record("n\($0).z.test", .cname, "a.elsewhere") }
    guard case .failure = try Self.zone(many, flattened: Set(many.map(\.name.description))) else {
      Issue.record("accepted")
      return
    }
  }

  @Test("an image whose rules are broken is none") func soundness() throws {
    let image = try Self.zone([TestAnswers.record("z.test", .cname, "a.elsewhere")]).get()
    let target = Messages.wire("a.elsewhere")
    let start = image.bytes.count - target.count - 9
    for (place, value) in [(start, 255), (start + 4, 9), (start + 9, 64), (start, 3)] {
      var bytes = image.bytes
      bytes[place] = UInt8(value)
      #expect(ZoneImage(bytes) == nil, "\(place - start)")
    }
  }

  @Test("flatten is read, and written where it is not a matter of course")
  func configuration() throws {
    func decode(_ list: [[(String, ConfigurationValue)]]) -> (ZoneImage?, [ConfigurationFault]) {
      var decoder = ConfigurationDecoder()
      let tree = ConfigurationValue.object([("records", .array(list.map { .object($0) }))])
      guard let object = decoder.object(tree, keys: ["records"]) else { return (nil, []) }
      return (ZoneImage.decode(in: object, zone: "z.test", &decoder), decoder.faults)
    }
    func record(_ name: String, _ type: String, _ content: String, flatten: Bool? = nil) -> [(
      String, ConfigurationValue
    )] {
      [("name", .string(name)), ("type", .string(type)), ("content", .string(content))]
        + (flatten.map { [("flatten", .bool($0))] } ?? [])
    }
    let list = [
      record("@", "NS", "ns.elsewhere."), record("@", "CNAME", "a.elsewhere."),
      record("x", "CNAME", "a.elsewhere.", flatten: true),
      record("y", "CNAME", "a.elsewhere."),
    ]
    let image = try #require(decode(list).0)
    var decoder = ConfigurationDecoder()
    let again = decoder.object(.object([("records", image.tree)]), keys: ["records"])
    let object = try #require(again)
    #expect(ZoneImage.decode(in: object, zone: "z.test", &decoder) == image)
    #expect(
      image.configuredRecords.filter(\.traits.isFlattened).map(\.record.name.description)
        == ["x.z.test."])
    #expect(decode(list + [record("t", "A", "192.0.2.1", flatten: true)]).1.count == 1)
  }

  // MARK: - Targets elsewhere

  static func activate(
    _ test: ServerTest, _ lane: Lane, at apex: String = "z.test", _ id: UInt64 = 77,
    key: ZoneKey? = nil
  ) -> NameZone? {
    guard
      let image = try? zone(
        [
          TestAnswers.record(apex, .cname, Messages.wire("far.elsewhere"), ttl: 120),
          TestAnswers.record("www.\(apex)", .cname, apex),
        ], at: apex
      ).get()
    else { return nil }
    let snapshot = NameZoneSnapshot(
      id: ZoneID(high: 0, low: id), image: image, plan: key.map { SigningPlan($0) },
      epoch: 1)
    return test.server.activate(snapshot, Lane(loop: lane.loop, name: "tenant"))
  }

  static let run: [UInt8] = [0, 4, 192, 0, 2, 9]

  @Test("queries wait for a target elsewhere, which is asked for once, over UDP and TCP")
  func elsewhere() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), Self.activate(test, lane) != nil,
        let stream = TestStream(lane, to: test.server)
      else { return "no sockets" }
      defer { test.close() }
      test.directory.addresses["far.elsewhere A"] = .addresses(Self.run, ttl: 300)
      test.directory.addresses["far.elsewhere AAAA"] = .addresses([], ttl: 20)
      for id in 0..<20 { test.send(Messages.query("www.z.test", .a, id: id)) }
      let query = Messages.query("z.test", .a, id: 99)
      stream.send(Messages.word(query.count) + query)
      let replies = await test.replies(20)
      let streamed = await stream.replies(1)
      guard Set(replies.map(\.id)) == Set(0..<20),
        replies.allSatisfy({ $0.sections[0].map(\.type) == [.cname, .a] })
      else { return "\(replies)" }
      guard streamed.first?.sections[0].map(\.content) == [[192, 0, 2, 9]],
        streamed.first?.sections[0].map(\.ttl) == [120]
      else { return "\(streamed)" }
      test.send(Messages.query("z.test", .aaaa, id: 21))
      let none = await test.replies(1)
      guard none[0].code == 0, none[0].sections[1].map(\.type) == [.soa],
        none[0].sections[1].map(\.ttl) == [20]
      else { return "\(none)" }
      return test.directory.asked.joined(separator: ", ")
    }
    #expect(outcome == "far.elsewhere A, far.elsewhere AAAA")
  }

  @Test("a target that nobody can tell is SERVFAIL, at once while that is remembered")
  func unknownTarget() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), Self.activate(test, lane) != nil else {
        return "no sockets"
      }
      defer { test.close() }
      for id in 0..<3 {
        test.send(Messages.query("z.test", .a, id: id))
        let replies = await test.replies(1)
        guard replies[0].code == 2 else { return "\(replies)" }
      }
      return "asked \(test.directory.asked.count) times"
    }
    #expect(outcome == "asked 1 times")
  }

  @Test("addresses are asked for before they run out, and outlive a resolver that fails by a day")
  func staleness() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let zone = Self.activate(test, lane) else {
        return "no sockets"
      }
      defer { test.close() }
      let far = "far.elsewhere A"
      test.directory.addresses[far] = .addresses(Self.run, ttl: 300)
      test.send(Messages.query("z.test", .a, id: 1))
      _ = await test.replies(1)
      let start = lane.loop.now
      func find(_ seconds: Int64) -> String {
        let wire = Messages.wire("far.elsewhere")
        switch zone.aliases.find(wire.span, .a, now: start + .seconds(seconds)) {
        case .known(_, let ttl): return "\(ttl)"
        case .waits: return "waits"
        case .failed: return "failed"
        }
      }
      test.directory.addresses[far] = .failed
      guard find(200) == "300", test.directory.asked.count == 1 else { return "asked too soon" }
      guard find(280) == "300", test.directory.asked.count == 2 else { return "not asked early" }
      // The answer to that comes: it failed.
      await lane.wait { test.directory.told == 2 }
      guard find(301) == "30" else { return "not stale: \(find(301))" }
      await lane.wait { test.directory.told == 3 }
      guard find(300 + 86_401) == "waits" else { return "too stale" }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("what is known of a target is not asked again because zones change")
  func otherZonesChange() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), Self.activate(test, lane) != nil else {
        return "no sockets"
      }
      defer { test.close() }
      test.directory.addresses["far.elsewhere A"] = .addresses(Self.run, ttl: 300)
      for id in 0..<20 {
        test.send(Messages.query("z.test", .a, id: id))
        let replies = await test.replies(1)
        guard replies[0].sections[0].map(\.type) == [.a] else { return "\(replies)" }
        test.server.apply(ZoneID(high: 0, low: 5), nil)
      }
      return "asked \(test.directory.asked.count) times"
    }
    #expect(outcome == "asked 1 times")
  }

  @Test("a zone of this server that is not the alias's own says nothing of its target")
  func othersTargets() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), Self.activate(test, lane) != nil else {
        return "no sockets"
      }
      defer { test.close() }
      // Somebody has added the zone that the alias of another leads to, and it is in use.
      guard
        let image = try? ZoneCompiler.compile(
          apex: DomainName(wire: Messages.wire("elsewhere").span),
          records: [
            TestAnswers.record("elsewhere", .ns, "ns.z.test"),
            TestAnswers.record("far.elsewhere", .a, [203, 0, 113, 66]),
          ]
        ).get()
      else { return "no zone" }
      let snapshot = NameZoneSnapshot(id: ZoneID(high: 0, low: 78), image: image, epoch: 2)
      test.server.activate(snapshot, Lane(loop: lane.loop, name: "tenant"))
      test.directory.addresses["far.elsewhere A"] = .addresses(Self.run, ttl: 300)
      test.send(Messages.query("far.elsewhere", .a, id: 1))
      let theirs = await test.replies(1)
      test.send(Messages.query("z.test", .a, id: 2))
      let ours = await test.replies(1)
      guard theirs[0].sections[0].map(\.content) == [[203, 0, 113, 66]] else { return "\(theirs)" }
      guard ours[0].sections[0].map(\.content) == [[192, 0, 2, 9]] else { return "\(ours)" }
      return test.directory.asked.joined(separator: ", ")
    }
    #expect(outcome == "far.elsewhere A")
  }

  @Test("of a signed zone the addresses are signed, and those that are not there denied alone")
  func signed() async throws {
    let key = try #require(SigningTests.key)
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), Self.activate(test, lane, key: key) != nil else {
        return "no sockets"
      }
      defer { test.close() }
      test.directory.addresses["far.elsewhere A"] = .addresses(Self.run, ttl: 300)
      test.directory.addresses["far.elsewhere AAAA"] = .addresses([], ttl: 300)
      let signed: [UInt8] = [0, 0, 0x80, 0]
      test.send(Messages.query("z.test", .a, id: 1, payload: 1_232, ttl: signed))
      let answer = await test.replies(1)
      guard answer[0].sections[0].map(\.type) == [.a, .rrsig] else { return "\(answer)" }
      test.send(Messages.query("z.test", .aaaa, id: 2, payload: 1_232, ttl: signed))
      let none = await test.replies(1)
      guard let denial = none[0].sections[1].first(where: { $0.type == .nsec }) else {
        return "\(none)"
      }
      // The bitmap's first bytes, behind the next name: A is in it, and AAAA (28) is not.
      let bitmap = Array(denial.content.dropFirst(2 + Messages.wire("z.test").count))
      guard bitmap[0] == 0, bitmap[2] & 0x40 != 0 else { return "no A in \(bitmap)" }
      return bitmap[1] > 3 && bitmap[2 + 3] & 0x08 != 0 ? "AAAA in \(bitmap)" : "fine"
    }
    #expect(outcome == "fine")
  }
}

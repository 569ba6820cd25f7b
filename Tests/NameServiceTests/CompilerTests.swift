// What makes a zone, and what does not.

import ConfigurationTree
import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Zones")
struct CompilerTests {
  static func compile(
    _ apex: String, _ records: [ZoneRecord], names: Int = NameServiceLimits.namesPerZone
  ) throws -> Result<ZoneImage, RecordFaults> {
    ZoneCompiler.compile(
      apex: try DomainName(wire: Messages.wire(apex).span), records: records, names: names)
  }

  private static func problems(_ result: Result<ZoneImage, RecordFaults>) -> [String] {
    guard case .failure(let found) = result else { return [] }
    return found.faults.map(\.problem)
  }

  static let servers = TestAnswers.record("z.test", .ns, "ns.z.test")

  @Test("a set that fits into no message is refused, and the longest that does is answered")
  func longSets() throws {
    func records(_ count: Int) -> [ZoneRecord] {
      [Self.servers]
        + (0..<count).map {
          TestAnswers.record(
            "big.z.test", .txt, [UInt8($0 >> 8), UInt8($0 & 255)] + Array(repeating: 0, count: 498))
        }
    }
    let image = try Self.compile("z.test", records(119)).get()
    let answer = try #require(TestAnswers.ask(image, "big.z.test", .txt))
    #expect(answer.answers.count == 119)
    #expect(Self.problems(try Self.compile("z.test", records(120))).count == 1)
  }

  @Test("so is a delegation whose servers' addresses do not") func longDelegations() throws {
    var records = [Self.servers]
    for server in 0..<200 {
      let name = "ns\(server).sub.z.test"
      records.append(TestAnswers.record("sub.z.test", .ns, name))
      for number in 0..<20 {
        records.append(
          TestAnswers.record(
            name, .aaaa, Array(repeating: 0, count: 14) + [UInt8(server), UInt8(number)]))
      }
    }
    #expect(Self.problems(try Self.compile("z.test", records)).first?.contains("bytes") == true)
  }

  @Test("names between are counted") func manyNames() throws {
    let records = (0..<5).map { TestAnswers.record("a.b.c.d.n\($0).z.test", .a, [1, 2, 3, 4]) }
    let all = [Self.servers] + records
    #expect(Self.problems(try Self.compile("z.test", all, names: 26)).isEmpty)
    #expect(Self.problems(try Self.compile("z.test", all, names: 25)).count == 1)
  }

  @Test("records that differ in the case of names alone are one, whichever comes first")
  func caseOfNames() throws {
    let names = ["ns.z.test", "NS.z.test", "ns.Z.test"]
    let images = try [names, names.reversed()].map { names in
      try Self.compile("z.test", names.map { TestAnswers.record("z.test", .ns, $0) }).get()
    }
    #expect(images[0] == images[1] && images[0].recordCount == 2)
    let aliases = names.map { TestAnswers.record("a.z.test", .cname, $0) }
    #expect(Self.problems(try Self.compile("z.test", [Self.servers] + aliases)).isEmpty)
    // What is no name keeps its case.
    let texts = [[1, 65], [1, 97]].map { TestAnswers.record("t.z.test", .txt, $0) }
    let image = try Self.compile("z.test", [Self.servers] + texts).get()
    #expect(TestAnswers.ask(image, "t.z.test", .txt)?.answers.count == 2)
  }

  @Test("a SOA is made for the longest name, too") func longestApex() throws {
    let label = String(repeating: "a", count: 62)
    let apex = "\(label).\(label).\(label).\(label.dropLast())"
    let image = try Self.compile(apex, [TestAnswers.record(apex, .ns, "ns.test")]).get()
    let soa = try #require(TestAnswers.ask(image, apex, .soa)?.answers.first?.content)
    let isValid = RDATA.isValid(.soa, soa.span)
    #expect(isValid)
  }

  @Test(
    "records that are written as configuration are read as the same",
    arguments: ["test", "a.test", "test.test"])
  func roundTrip(apex: String) throws {
    let records = ["", "a.", "a.test.", "test.", "b.a.test.", "test.test.", "*.", "a.a."].map {
      TestAnswers.record("\($0)\(apex)", .a, [1, 2, 3, 4])
    }
    let image = try Self.compile(
      apex, records + [TestAnswers.record(apex, .ns, "ns.a.test")]
    ).get()
    var decoder = ConfigurationDecoder()
    let tree = ConfigurationValue.object([("records", image.tree)])
    let found = decoder.object(tree, keys: ["records"])
    let object = try #require(found)
    let again = ZoneImage.decode(in: object, zone: apex, &decoder)
    let faults = decoder.faults
    #expect(again == image, "\(faults)")
  }

  @Test("a key that is not known is BADKEY, unsigned (RFC 8945 section 5.3.2)") func unknownKey()
    throws
  {
    let image = try Self.compile("z.test", [Self.servers]).get()
    var query = Messages.query("z.test", .soa)
    query[11] = 1
    let tsig = TSIGRecord(
      keyName: try DomainName("key.test"), algorithm: try DomainName("hmac-sha256"),
      signedAtSeconds: 1_000_000, mac: Array(repeating: 7, count: 32), originalID: 0x1234,
      error: .noError, other: [])
    tsig.append(to: &query)
    for isStream in [false, true] {
      let bytes = try #require(TestAnswers.respond(image, query, isStream: isStream))
      let response = try #require(Messages.read(bytes))
      #expect(response.code == 9 && response.sections[2].map(\.type) == [.tsig])
      let last = try TSIGRecord(bytes.span, at: bytes.count - tsig.length + 32)
      #expect(last.error == .badKey && last.mac.isEmpty && last.originalID == 0x1234)
      #expect(last.keyName == tsig.keyName)
    }
    query.removeLast()
    query[query.count - tsig.length + 1 + 10 + 9] -= 1
    #expect(TestAnswers.respond(image, query).flatMap { Messages.read($0) }?.code == 1)
  }

  @Test("images with rules have a format of their own, and those without the one that they had")
  func formats() throws {
    let plain = try Self.compile("z.test", [Self.servers]).get()
    let ruled = try Self.compile(
      "z.test", [Self.servers, TestAnswers.record("z.test", .cname, "far.elsewhere")]
    ).get()
    #expect(plain.bytes[0] == 1 && ruled.bytes[0] == 2)
    #expect(ZoneImage(plain.bytes) == plain && ZoneImage(ruled.bytes) == ruled)
    // Who reads the one as the other would take rules for something else, or find none.
    for (bytes, formats) in [(plain.bytes, [0, 2, 3]), (ruled.bytes, [0, 1, 3])] {
      for format in formats {
        var other = bytes
        other[0] = UInt8(format)
        #expect(ZoneImage(other) == nil, "\(format)")
      }
    }
    // Flags that say nothing of the rules that there are.
    var quiet = ruled.bytes
    quiet[0] = 1
    quiet[3] &= 3
    #expect(ZoneImage(quiet) == nil)
  }
}

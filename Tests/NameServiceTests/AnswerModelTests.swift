// Random zones and random questions, answered by the image and by the oracle.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Answers")
struct AnswerModelTests {
  @Test("random zones answer random questions as RFC 1034, 2308 and 4592 say", arguments: 0..<60)
  func model(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let zone = RandomZone(using: &generator)
    let image = try zone.compile()
    for _ in 0..<100 {
      let name = zone.question(using: &generator)
      let type = RandomZone.types.randomElement(using: &generator) ?? .a
      let expected = zone.oracle.answer(name, type)
      let given = try #require(TestAnswers.ask(image, name, type), "\(name) \(type)")
      #expect(given == expected, "seed \(seed): \(name) \(type)")
      if given != expected { return }
    }
  }

  @Test("a zone's image does not depend on the order of its records") func order() throws {
    var generator = SplitMix64(seed: 7)
    let zone = RandomZone(using: &generator)
    let records = zone.nameRecords()
    let image = try ZoneCompiler.compile(apex: zone.apexName, records: records).get()
    for _ in 0..<20 {
      let shuffled = records.shuffled(using: &generator)
      #expect(try ZoneCompiler.compile(apex: zone.apexName, records: shuffled).get() == image)
    }
    #expect(ZoneImage(image.bytes) == image)
    // What it gives back makes it again.
    #expect(try ZoneCompiler.compile(apex: zone.apexName, records: image.records).get() == image)
    #expect(ZoneImage(Array(image.bytes.dropLast(image.bytes.count / 2))) == nil)
  }

  @Test("ten thousand names are found, each with a short search") func manyNames() throws {
    var records = [TestAnswers.record("one.test", .ns, "ns.one.test")]
    for number in 0..<10_000 {
      records.append(
        TestAnswers.record(
          "h\(number).one.test", .a, [10, 0, UInt8(number >> 8), UInt8(number & 255)]))
    }
    let image = try ZoneCompiler.compile(
      apex: DomainName(wire: Messages.wire("one.test").span), records: records
    ).get()
    for number in stride(from: 0, to: 10_000, by: 7) {
      let answer = try #require(TestAnswers.ask(image, "h\(number).one.test", .a))
      #expect(answer.answers.map(\.content) == [[10, 0, UInt8(number >> 8), UInt8(number & 255)]])
    }
    #expect(TestAnswers.ask(image, "h10000.one.test", .a)?.code == .nameError)
    // The figure of NameService.md: a zone of ten small records.
    #expect(image.bytes.count < 10_000 * 80)
  }
}

/// Zones of few labels, so that names collide in every way.
struct RandomZone {
  static let types: [RecordType] = [.a, .aaaa, .cname, .mx, .ns, .soa, .txt, .ds, .https]
  private static let labels = ["a", "b", "c", "*", "ab"]
  let apex: String
  let oracle: Oracle

  init(using generator: inout SplitMix64) {
    apex = ["z.test", "test", "deep.z.example"].randomElement(using: &generator) ?? "z.test"
    var records = Set<Oracle.Record>()
    let soa =
      Messages.wire("ns.\(apex)") + Messages.wire("h.\(apex)")
      + [
        0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0,
        UInt8.random(in: 1...200, using: &generator),
      ]
    records.insert(Oracle.Record(owner: apex, type: .soa, ttl: 100, content: soa))
    records.insert(
      Oracle.Record(
        owner: apex, type: .ns, ttl: 60, content: Messages.wire("ns.\(apex)"), target: "ns.\(apex)")
    )
    for _ in 0..<Int.random(in: 1...25, using: &generator) {
      Self.add(to: &records, apex, &generator)
    }
    oracle = Oracle(apex: apex, records: Array(records))
  }

  private static func name(_ apex: String, _ generator: inout SplitMix64) -> String {
    var name = apex
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      name = "\(labels.randomElement(using: &generator) ?? "a").\(name)"
    }
    return name
  }

  private static func add(
    to records: inout Set<Oracle.Record>, _ apex: String, _ generator: inout SplitMix64
  ) {
    let owner = name(apex, &generator)
    let types = records.filter { $0.owner == owner }.map(\.type)
    let type =
      [RecordType.a, .a, .aaaa, .cname, .ns, .txt, .mx, .ds].randomElement(using: &generator) ?? .a
    if types.contains(.cname) || type == .cname && (!types.isEmpty || owner == apex) { return }
    if type == .ns, owner.hasPrefix("*") { return }
    let target = Bool.random(using: &generator) ? name(apex, &generator) : "elsewhere.example"
    let content: [UInt8]
    switch type {
    case .a: content = [192, 0, 2, UInt8.random(in: 0...9, using: &generator)]
    case .aaaa: content = Array(repeating: UInt8.random(in: 0...9, using: &generator), count: 16)
    case .cname, .ns: content = Messages.wire(target)
    case .mx: content = [0, 10] + Messages.wire(target)
    case .ds: content = [0, 1, 13, 2, UInt8.random(in: 0...9, using: &generator)]
    default: content = [3, 1, 2, UInt8.random(in: 0...9, using: &generator)]
    }
    records.insert(
      Oracle.Record(
        owner: owner, type: type, ttl: UInt32.random(in: 1...3, using: &generator),
        content: content,
        target: type == .cname || type == .ns ? target : ""))
  }

  var apexName: DomainName {
    get throws { try DomainName(wire: Messages.wire(apex).span) }
  }

  func nameRecords() -> [ZoneRecord] {
    oracle.records.map { TestAnswers.record($0.owner, $0.type, $0.content, ttl: $0.ttl) }
  }

  func compile() throws -> ZoneImage {
    try ZoneCompiler.compile(apex: apexName, records: nameRecords()).get()
  }

  func question(using generator: inout SplitMix64) -> String { Self.name(apex, &generator) }
}

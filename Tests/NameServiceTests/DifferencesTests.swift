// What has changed between two images, and the order of a signed zone's names.

import DNS
import Primitives
import Testing

@testable import NameService

@Suite("Differences") struct DifferencesTests {
  /// One record as text, so that sets of them can be compared.
  static func entries(_ list: RecordList) -> [String] {
    var entries: [String] = []
    var place = 0
    while let entry = list.entry(at: place) {
      var at = entry.contents.lowerBound
      while at < entry.end {
        let end = at + 2 + Int(list.bytes[at]) << 8 + Int(list.bytes[at + 1])
        entries.append(
          "\(Array(list.bytes[entry.owner])) \(entry.ttl) \(entry.type) \(Array(list.bytes[(at + 2)..<end]))"
        )
        at = end
      }
      place = entry.end
    }
    return entries
  }

  static func entries(_ image: ZoneImage) -> Set<String> {
    let soa = ImageReader(image.bytes.span).soa
    var list = RecordList()
    for record in image.records {
      let content = Messages.word(record.content.count) + record.content
      list.append(
        owner: record.name.canonical.bytes.span, type: record.type, ttl: record.ttl,
        contents: content.span)
    }
    list.append(
      owner: image.apex.span, type: .soa, ttl: soa.ttl,
      contents: ImageReader(image.bytes.span).contents(of: soa))
    return Set(entries(list))
  }

  @Test("what is removed and added makes the one of the other", arguments: 0..<200 as Range<UInt64>)
  func model(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let one = try RandomZone(using: &generator).compile().with(SerialNumber(1))
    var records = one.records
    for _ in 0..<Int.random(in: 0...4, using: &generator) where records.count > 2 {
      records.remove(at: Int.random(in: 0..<records.count, using: &generator))
    }
    for _ in 0..<Int.random(in: 0...4, using: &generator) {
      records.append(
        TestAnswers.record(
          "n\(Int.random(in: 0...9, using: &generator)).\(Self.text(one.apex))", .a,
          [1, 2, 3, UInt8.random(in: 0...9, using: &generator)]))
    }
    guard let apex = DomainName(checkedWire: one.apex),
      case .success(let made) = ZoneCompiler.compile(apex: apex, records: records)
    else { return }
    let other = made.with(SerialNumber(2))
    let list = try #require(one.differences(to: other, limitBytes: .max))
    let found = Self.entries(list)
    let second = try #require(found.indices.dropFirst().first { found[$0].contains(" SOA ") })
    let (removed, added) = (Set(found[..<second]), Set(found[second...]))
    let (before, after) = (Self.entries(one), Self.entries(other))
    #expect(removed.isSubset(of: before) && removed.isDisjoint(with: after))
    #expect(before.subtracting(removed).union(added) == after)
    #expect(RecordList(checking: list.bytes) == list)
    #expect(one.differences(to: other, limitBytes: 10) == nil)
  }

  private static func text(_ wire: [UInt8]) -> String { Messages.name(wire, 0)?.0 ?? "" }

  @Test("lists that were changed are refused, or lead nowhere else")
  func broken() throws {
    var list = RecordList()
    list.append(owner: [1, 97, 0].span, type: .a, ttl: 7, contents: [0, 4, 1, 2, 3, 4].span)
    list.append(owner: [0].span, type: .ns, ttl: 8, contents: [0, 1, 0].span)
    #expect(RecordList(checking: list.bytes) == list)
    for length in 1..<list.bytes.count where length != 21 {
      #expect(RecordList(checking: Array(list.bytes.prefix(length))) == nil, "\(length)")
    }
    for index in list.bytes.indices {
      var changed = list.bytes
      changed[index] ^= 0xff
      if let found = RecordList(checking: changed) { _ = Self.entries(found) }
    }
  }

  @Test("serial numbers follow those before, or are given and later") func serials() throws {
    let made = try CompilerTests.compile("z.test", [CompilerTests.servers]).get()
    #expect(made.succeeding(nil, sequence: 7).serial == SerialNumber(7))
    #expect(made.succeeding(SerialNumber(6), sequence: 7).serial == SerialNumber(7))
    #expect(made.succeeding(SerialNumber(9), sequence: 7).serial == SerialNumber(10))
    #expect(made.succeeding(SerialNumber(.max), sequence: 7).serial == SerialNumber(7))
    #expect(made.with(SerialNumber(9)).succeeding(nil, sequence: 7).serial == SerialNumber(10))
    #expect(made.stamped(epoch: 5).serial == SerialNumber(5))
    #expect(made.with(SerialNumber(9)).stamped(epoch: 5).serial == SerialNumber(9))
    #expect(
      made.isSame(as: made.with(SerialNumber(9))) && !made.changes(made.with(SerialNumber(9))))
    let soa =
      Messages.wire("a") + Messages.wire("b") + [0, 0, 0, 40] + [UInt8](repeating: 0, count: 16)
    let given = try CompilerTests.compile(
      "z.test", [CompilerTests.servers, TestAnswers.record("z.test", .soa, soa)]
    ).get()
    #expect(given.succeeding(nil, sequence: 7).serial == SerialNumber(40))
    #expect(given.succeeding(SerialNumber(39), sequence: 7).serial == SerialNumber(40))
    #expect(given.succeeding(SerialNumber(40), sequence: 7).serial == SerialNumber(41))
    #expect(
      given.changes(given.with(SerialNumber(39))) && !given.changes(given.with(SerialNumber(41))))
    #expect(given.changes(made) && made.changes(given))
  }
}

// The table of purges: what stands after them, and what is given up when there are too many.

import HTTP
import Primitives
import Testing

@testable import Cache

@Suite("Table of purges")
struct PurgeTableTests {
  private static func hash(_ text: String) -> UInt64 { PurgeHash.target(Array(text.utf8).span) }

  private static func note(
    _ items: [PurgeItem], _ sequence: UInt64, isSoft: Bool = false, in table: inout PurgeTable
  ) {
    let purge = Purge(
      isSoft: isSoft, isEverything: items.isEmpty, items: items, time: WallTime(seconds: 0))
    _ = table.note(purge, sequence: sequence, at: Instant(nanoseconds: sequence * 10))
  }

  private static func verdict(
    _ table: PurgeTable, since sequence: UInt64, _ text: String, tags: [String] = []
  ) -> PurgeVerdict {
    let key = CacheKey.bytes(
      zone: ZoneID(high: 1, low: 0), scheme: .https, authority: [], path: Array(text.utf8))
    return PurgeTarget.with(key: key) { target, hostLength in
      table.verdict(
        since: sequence, target: PurgeHash.target(target),
        host: PurgeHash.host(target.extracting(0..<hostLength)),
        tags: tags.map { PurgeHash.tag(Array($0.utf8).span) }, target)
    }
  }

  @Test("a purge is for what was fetched before it and named by it")
  func kinds() {
    let cases: [(PurgeItem, matching: String, other: String)] = [
      (.target(Self.hash("a.test/x?y")), "a.test/x?y", "a.test/x"),
      (.host(PurgeHash.host(Array("a.test".utf8).span)), "a.test/x", "b.a.test/x"),
      (.prefix(Array("a.test/x/".utf8)), "a.test/x/?y", "a.test/x"),
      (.tag(PurgeHash.tag(Array("t".utf8).span)), "a.test/tagged", "a.test/x"),
    ]
    for (item, matching, other) in cases {
      for isSoft in [false, true] {
        var table = PurgeTable()
        Self.note([item], 5, isSoft: isSoft, in: &table)
        let tags = matching.hasSuffix("tagged") ? ["s", "t"] : ["T", "tt"]
        let expected = isSoft ? PurgeVerdict.stale(since: Instant(nanoseconds: 50)) : .void
        #expect(Self.verdict(table, since: 4, matching, tags: tags) == expected)
        #expect(Self.verdict(table, since: 5, matching, tags: tags) == .current)
        #expect(Self.verdict(table, since: 4, other, tags: ["T"]) == .current)
      }
    }
  }

  @Test("of hard and soft purges each counts for itself")
  func hardAndSoft() {
    var table = PurgeTable()
    let item = PurgeItem.target(Self.hash("a.test/"))
    Self.note([item], 3, in: &table)
    Self.note([item], 6, isSoft: true, in: &table)
    #expect(Self.verdict(table, since: 2, "a.test/") == .void)
    #expect(
      Self.verdict(table, since: 4, "a.test/") == .stale(since: Instant(nanoseconds: 60)))
    #expect(Self.verdict(table, since: 6, "a.test/") == .current)
    #expect(table.count == 1)
  }

  @Test("a purge of everything is for all that came before, and all earlier ones can be forgotten")
  func everything() {
    var table = PurgeTable()
    Self.note([.target(Self.hash("a.test/"))], 1, in: &table)
    Self.note([.prefix(Array("a.test/".utf8))], 2, isSoft: true, in: &table)
    Self.note([], 3, isSoft: true, in: &table)
    #expect(table.count == 2)
    #expect(Self.verdict(table, since: 2, "b.test/") == .stale(since: Instant(nanoseconds: 30)))
    Self.note([], 4, in: &table)
    #expect(table.count == 0)
    #expect(Self.verdict(table, since: 3, "b.test/") == .void)
    #expect(Self.verdict(table, since: 4, "b.test/") == .current)
  }

  @Test("with too many the older half counts for everything, and none is missed")
  func folding() {
    var table = PurgeTable(generationCount: 8, prefixCount: 4)
    for number in UInt64(1)...100 {
      Self.note([.target(Self.hash("a.test/\(number)"))], number, in: &table)
      #expect(table.count <= 16)
      for earlier in 1...number {
        #expect(Self.verdict(table, since: earlier - 1, "a.test/\(earlier)") == .void)
      }
      #expect(Self.verdict(table, since: number, "a.test/\(number)") == .current)
      // The latest eight at least are known by themselves.
      #expect(Self.verdict(table, since: number - min(number, 8), "b.test/") == .current)
    }
    #expect(Self.verdict(table, since: 80, "b.test/") == .void)
  }

  @Test("the same thing purged over and over takes one place")
  func repeated() {
    var table = PurgeTable(generationCount: 4)
    for number in UInt64(1)...100 {
      Self.note([.target(Self.hash("a.test/\(number % 4)"))], number, in: &table)
    }
    #expect(table.count == 4)
    #expect(Self.verdict(table, since: 0, "b.test/") == .current)
  }

  @Test("with too many prefixes the older half counts for everything")
  func prefixes() {
    var table = PurgeTable(prefixCount: 4)
    for number in UInt64(1)...9 {
      let isSoft = number == 2
      Self.note([.prefix(Array("a.test/\(number)/".utf8))], number, isSoft: isSoft, in: &table)
    }
    #expect(table.count <= 4)
    #expect(table.floor.hard == 6 && table.floor.soft == 2)
    #expect(Self.verdict(table, since: 6, "a.test/8/x") == .void)
    #expect(Self.verdict(table, since: 6, "a.test/1/x") == .current)
    #expect(Self.verdict(table, since: 5, "b.test/") == .void)
  }

  @Test(
    "targets have one form, whatever scheme, port, case, encoding or parts a key has",
    arguments: [
      ("a.test/x", "a.test/x"), ("a.test:8080/x?y=1", "a.test/x?y=1"), ("a.test./x", "a.test/x"),
      ("a.test.:80/", "a.test/"), ("a.test/%7ex/%2f%e4", "a.test/~x/%2F%E4"),
      ("a.test/b/../x/./", "a.test/x/"), ("[::1]:81/x", "[::1]/x"),
      ("a.test/x\0\u{1}en", "a.test/x"),
      ("a.test:1/x\0\0", "a.test/x"), ("a.test/.well-known/x", "a.test/.well-known/x"),
      ("a.test*", "a.test*"), ("/x", "/x"),
    ])
  func targets(_ key: String, _ target: String) {
    let bytes = CacheKey.bytes(
      zone: ZoneID(high: 0x2f00, low: 0x2f), scheme: .http, authority: [], path: Array(key.utf8))
    let (found, host) = PurgeTarget.with(key: bytes) { span, length in
      var copy: [UInt8] = []
      copy.append(span)
      return (String(decoding: copy, as: UTF8.self), length)
    }
    #expect(found == target)
    #expect(host == (target.firstIndex(of: "/").map { target[..<$0].utf8.count } ?? host))
  }

  @Test("a response with more tags than can be kept has none that would do")
  func tooManyTags() {
    func tags(_ count: Int, _ length: Int = 1) -> [UInt64]? {
      var fields = FieldBlock()
      let text = Array(repeating: String(repeating: "x", count: length), count: count)
      fields.append("Cache-Tag", text.joined(separator: ","))
      return PurgeHash.tags(of: fields)
    }
    #expect(PurgeHash.tags(of: FieldBlock()) == [])
    #expect(tags(1_000)?.count == 1_000)
    #expect(tags(1_001) == nil)
    #expect(tags(16, 1_024)?.count == 16)
    #expect(tags(17, 1_024) == nil)
    #expect(tags(1, 1_025) == nil)
  }
}

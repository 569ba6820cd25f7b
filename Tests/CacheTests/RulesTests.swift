// The pure rules: storage, freshness, Age, Vary.

import Exchange
import HTTP
import Primitives
import Testing

@testable import Cache

@Suite("Rules of storage and freshness")
struct RulesTests {
  /// What becomes of a response, as text: its lifetime, or why it is refused.
  private func decision(
    _ status: UInt16, _ fields: [(String, String)], request: [(String, String)] = []
  ) -> String {
    var head = RequestHead()
    for (name, value) in request { head.fields.append(name, value) }
    let now = Instant(nanoseconds: 5_000_000_000)
    let assessment = StoredHead.assess(
      Answer(status: status, fields: fields).head(), to: head,
      directives: RequestDirectives(head.fields),
      times: ExchangeTimes(
        requestedAt: now, receivedAt: now, receivedWall: WallTime(seconds: 784_111_777)),
      policy: CachePolicy(CacheSettings()))
    switch assessment {
    case .storable(let stored): return "\(stored.freshness.lifetimeSeconds)"
    case .refused(let refusal): return "\(refusal)"
    }
  }

  /// 784111777 is Sun, 06 Nov 1994 08:49:37 GMT.
  static let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
  static let tenDaysBefore = ("Last-Modified", "Thu, 27 Oct 1994 08:49:37 GMT")

  @Test(
    "whether a response is stored, and how long it is fresh",
    arguments: [
      (200, [("Cache-Control", "max-age=60")], "60"),
      (200, [("Cache-Control", "max-age=60, s-maxage=5")], "5"),
      (200, [("Cache-Control", "no-store, max-age=60")], "noStore"),
      (200, [("Cache-Control", "private, max-age=60")], "isPrivate"),
      (200, [("Cache-Control", "private=\"X-A\", max-age=60")], "60"),
      (200, [("Cache-Control", "max-age=0")], "noLifetime"),
      (200, [("Cache-Control", "max-age=0"), ("ETag", "\"1\"")], "0"),
      (200, [("Cache-Control", "no-cache")], "noLifetime"),
      (200, [("Cache-Control", "no-cache"), ("ETag", "\"1\"")], "0"),
      (200, [("Cache-Control", "max-age=nonsense")], "noLifetime"),
      (200, [], "noLifetime"),
      (200, [("Cache-Control", "public")], "noLifetime"),
      (200, [("Expires", "Sun, 06 Nov 1994 08:50:37 GMT"), date], "60"),
      (200, [("Expires", "Sun, 06 Nov 1994 08:50:37 GMT")], "60"),
      (200, [("Expires", "0")], "noLifetime"),
      (200, [("Expires", "Sun, 06 Nov 1994 08:50:37 GMT"), ("Cache-Control", "max-age=1")], "1"),
      // Heuristics: a tenth of ten days is a day.
      (200, [tenDaysBefore, date], "86400"),
      (500, [tenDaysBefore, date], "noLifetime"),
      (500, [tenDaysBefore, date, ("Cache-Control", "public")], "86400"),
      (404, [tenDaysBefore, date], "86400"),
      (302, [("Cache-Control", "max-age=9")], "9"),
      (599, [("Cache-Control", "max-age=9")], "9"),
      (599, [("Cache-Control", "max-age=9, must-understand")], "status"),
      (200, [("Cache-Control", "max-age=9, must-understand, no-store")], "9"),
      (206, [("Cache-Control", "max-age=9")], "status"),
      (304, [("Cache-Control", "max-age=9")], "status"),
      (200, [("Cache-Control", "max-age=9"), ("Vary", "*")], "varies"),
      (200, [("Cache-Control", "max-age=9"), ("Vary", "Accept, *")], "varies"),
      (200, [("Cache-Control", "max-age=9"), ("Set-Cookie", "a=1")], "9"),
      (200, [tenDaysBefore, date, ("Set-Cookie", "a=1")], "setCookie"),
      // RFC 9213: a valid targeted field alone counts.
      (200, [("CDN-Cache-Control", "max-age=7"), ("Cache-Control", "no-store")], "7"),
      (200, [("CDN-Cache-Control", "no-store"), ("Cache-Control", "max-age=7")], "noStore"),
      (200, [("CDN-Cache-Control", "max-age=,"), ("Cache-Control", "max-age=7")], "7"),
      (200, [("CDN-Cache-Control", ""), ("Cache-Control", "max-age=7")], "7"),
    ] as [(UInt16, [(String, String)], String)])
  func storage(_ status: UInt16, _ fields: [(String, String)], _ expected: String) {
    #expect(decision(status, fields) == expected)
  }

  @Test(
    "responses to requests with Authorization are stored only if they say so",
    arguments: [
      ("max-age=9", "authorization"), ("max-age=9, public", "9"), ("s-maxage=9", "9"),
      ("max-age=9, must-revalidate", "9"), ("max-age=9, proxy-revalidate", "authorization"),
    ])
  func authorization(_ directives: String, _ expected: String) {
    let fields = [("Cache-Control", directives)]
    #expect(decision(200, fields, request: [("Authorization", "Basic x")]) == expected)
  }

  @Test("a request's no-store keeps the response out")
  func requestNoStore() {
    let request = [("Cache-Control", "no-store")]
    #expect(decision(200, [("Cache-Control", "max-age=9")], request: request) == "requestNoStore")
  }

  @Test("fields that must not be stored are left out, and Date is added")
  func fields() {
    let now = Instant(nanoseconds: 0)
    let head = Answer(fields: [
      ("Cache-Control", "max-age=9, no-cache=\"x-secret\", private=\"X-Mine\""), ("X-Secret", "1"),
      ("X-Mine", "2"), ("Age", "3"), ("Connection", "close"), ("Proxy-Authenticate", "Basic"),
      ("X-Other", "4"), ("Set-Cookie", "a=1"),
    ]).head()
    let assessment = StoredHead.assess(
      head, to: RequestHead(), directives: nil,
      times: ExchangeTimes(
        requestedAt: now, receivedAt: now, receivedWall: WallTime(seconds: 784_111_777)),
      policy: CachePolicy(CacheSettings()))
    guard case .storable(let stored) = assessment else {
      Issue.record("not stored")
      return
    }
    let lines = String(decoding: stored.fields.lines, as: UTF8.self)
    #expect(!lines.contains("X-Secret:") && !lines.contains("X-Mine:") && !lines.contains("Age:"))
    #expect(!lines.contains("Connection:") && !lines.contains("Proxy"))
    #expect(lines.contains("X-Other: 4") && lines.contains("Set-Cookie: a=1"))
    #expect(lines.contains("Date: Sun, 06 Nov 1994 08:49:37 GMT"))
    #expect(stored.freshness.initialAgeSeconds == 3)
  }

  @Test("Age is the larger of what Date and Age say, plus the time that the response took")
  func age() {
    let wall = WallTime(seconds: 1_000)
    let second: UInt64 = 1_000_000_000
    func initial(_ age: UInt64?, _ date: Int64?, _ delay: UInt64) -> UInt64 {
      Freshness.initialAge(
        ageValue: age, date: date.map { WallTime(seconds: $0) }, receivedWall: wall,
        delayNanoseconds: delay * second)
    }
    #expect(initial(nil, nil, 0) == 0)
    #expect(initial(5, nil, 2) == 7)
    #expect(initial(5, 980, 0) == 20)
    #expect(initial(50, 980, 0) == 50)
    #expect(initial(nil, 2_000, 0) == 0)
    let freshness = Freshness(
      receivedAt: Instant(nanoseconds: 10 * second), initialAgeSeconds: 3, lifetimeSeconds: 10)
    #expect(freshness.ageSeconds(at: Instant(nanoseconds: 12 * second)) == 5)
    #expect(freshness.isFresh(at: Instant(nanoseconds: 17 * second - 1)))
    #expect(!freshness.isFresh(at: Instant(nanoseconds: 17 * second)))
  }

  @Test(
    "Age fields as they come",
    arguments: [
      ("7", 7), ("7, 9", 7), (" 7", 7), ("-7", nil), ("7a", nil), ("7.5", nil), ("", nil),
      ("99999999999999999999", 1 << 31),
    ] as [(String, UInt64?)])
  func ageField(_ value: String, _ expected: UInt64?) {
    var block = FieldBlock()
    block.append("Age", value.trimmedSpaces)
    #expect(block.age == expected)
  }

  @Test(
    "which requests a variant answers",
    arguments: [
      ("Accept-Encoding", "gzip, br", "br,gzip", true),
      ("Accept-Encoding", "gzip, br", "GZIP ,  br", true),
      ("Accept-Encoding", "gzip", "gzip, br", false),
      ("Accept-Language", "en, de", "EN,de", true),
      // Among equal weights the order may mean something.
      ("Accept-Language", "en, de", "de, en", false), ("Accept", "a/b, c/d", "c/d, a/b", false),
      ("TE", "trailers, gzip", "gzip, trailers", true),
      ("Accept-Encoding", "gzip;q=1.0, br", "br, gzip", true),
      ("Accept-Encoding", "gzip;q=0.5, br", "br;q=0.5, gzip", false),
      ("Accept-Language", "en, de;q=0.5", "en;q=0.5, de", false),
      ("Accept-Language", "en;q=1.0, de ;q=0.50", "EN,de;q=0.5", true),
      ("X-A", "a, b", "a,b", true), ("X-A", "a", "A", false), ("X-A", "", nil, false),
      ("X-A", nil, nil, true), ("X-A", nil, "", false), ("Cookie", "a=1", "a=1", true),
    ] as [(String, String?, String?, Bool)])
  func selection(_ name: String, _ first: String?, _ second: String?, _ matches: Bool) {
    var vary = FieldBlock()
    vary.append("Vary", name.lowercased() + ", Unused")
    var (stored, asking) = (FieldBlock(), FieldBlock())
    if let first { stored.append(name, first) }
    if let second { asking.append(name, second) }
    let selection = VarySelection(vary: vary, request: stored)
    #expect(selection?.matches(asking) == matches)
    #expect(selection?.matches(stored) == true)
  }

  @Test("several lines of a field are the same as one with commas")
  func combinedLines() {
    var (vary, one, several) = (FieldBlock(), FieldBlock(), FieldBlock())
    vary.append("Vary", "X-A")
    one.append("X-A", "1, 2")
    several.append("X-A", "1")
    several.append("x-a", "2")
    #expect(VarySelection(vary: vary, request: one)?.matches(several) == true)
    #expect(VarySelection(vary: vary, request: several)?.matches(one) == true)
  }
}

extension String {
  /// A field value has no white space around it.
  fileprivate var trimmedSpaces: String { String(drop { $0 == " " }) }
}

// Cache directives, plain and targeted.

import HTTP
import Primitives
import Testing

@Suite("Cache-Control")
struct CacheControlTests {
  private static func parse(_ values: String...) -> CacheControl {
    CacheControl(block(values.map { ("Cache-Control", $0) }))
  }

  @Test func `all directives are read, in any case and over lines`() {
    let control = Self.parse(
      "Max-Age=60, s-maxage=\"120\" ,no-transform,,", "MUST-REVALIDATE, immutable",
      "public, proxy-revalidate, must-understand, no-store, only-if-cached, no-cache, private",
      "stale-while-revalidate=10, stale-if-error=20, min-fresh=30, max-stale=40, unknown=\"a, b\"")
    #expect(control.maxAge == 60)
    #expect(control.sharedMaxAge == 120)
    #expect(control.staleWhileRevalidate == 10)
    #expect(control.staleIfError == 20)
    #expect(control.minFresh == 30)
    #expect(control.maxStale == 40)
    let all: CacheControl.Flags = [
      .noTransform, .mustRevalidate, .immutable, .isPublic, .proxyRevalidate, .mustUnderstand,
      .noStore, .onlyIfCached, .noCache, .isPrivate,
    ]
    #expect(control.flags == all)
    #expect(Self.parse("max-stale").flags == .maxStaleAny)
  }

  static let ages: [(String, UInt32?)] = [
    ("max-age=0", 0), ("max-age=007", 7), ("max-age=2147483648", 2_147_483_648),
    ("max-age=2147483649", 2_147_483_648), ("max-age=99999999999999999999999", 2_147_483_648),
    ("max-age=-1", 0), ("max-age=1.5", 0), ("max-age=abc", 0), ("max-age=", 0), ("max-age", 0),
    ("max-age=\"5\"", 5), ("max-age='5'", 0), ("max-age=\"5", 0), ("max-age=5 6", 0),
    ("max-age=1, max-age=2", 1), ("max-age =1", nil), ("max-ages=1", nil), ("s-maxage=1", nil),
    ("a=\"max-age=9\", max-age=1", 1), ("a=\"b\\\", max-age=9\", max-age=1", 1),
    ("max-age=1;a", 0),
  ]

  @Test(arguments: ages)
  func `ages are numbers, else stale`(value: String, age: UInt32?) {
    #expect(Self.parse(value).maxAge == age)
  }

  @Test func `qualified directives keep their names, malformed ones count as bare`() {
    let control = Self.parse("no-cache=\"Set-Cookie, x-a\", private=X-B")
    #expect(control.flags.isEmpty)
    #expect(control.noCacheNames.map(text) == ["set-cookie", "x-a"])
    #expect(control.privateNames.map(text) == ["x-b"])
    for value in ["no-cache=\"\"", "no-cache=\"a b\"", "no-cache=", "no-cache=\"a", "no-cache"] {
      #expect(Self.parse(value).flags == .noCache)
    }
    let many = (0..<17).map { "a\($0)" }.joined(separator: ",")
    #expect(Self.parse("private=\"\(many)\"").flags == .isPrivate)
  }

  private static func targeted(_ values: String...) -> CacheControl? {
    CacheControl(targeted: .cdnCacheControl, block(values.map { ("CDN-Cache-Control", $0) }))
  }

  @Test func `a targeted field is a structured dictionary`() throws {
    let control = try #require(
      Self.targeted("max-age=60;x, no-store=?0, must-revalidate", "private=\"a\", max-age=70"))
    #expect(control.maxAge == 70)
    #expect(control.flags == .mustRevalidate)
    #expect(control.privateNames.map(text) == ["a"])
    #expect(Self.targeted("max-age=-1")?.maxAge == 0)
    #expect(Self.targeted("max-age=\"60\"")?.maxAge == 0)
    #expect(Self.targeted("max-age=1.5")?.maxAge == 0)
    #expect(Self.targeted("max-age=999999999999999")?.maxAge == 2_147_483_648)
    #expect(Self.targeted("no-store=1")?.flags == [])
    #expect(Self.targeted("no-cache, private")?.flags == [.noCache, .isPrivate])
  }

  @Test(arguments: ["", "max-age=", "Max-Age=60", "max-age=60,", "max-age=60 60", "max-age 60"])
  func `a targeted field that is empty or malformed is as if it were not there`(value: String) {
    #expect(Self.targeted(value) == nil)
  }

  @Test func `no targeted field is none`() {
    #expect(CacheControl(targeted: .cdnCacheControl, FieldBlock()) == nil)
  }
}

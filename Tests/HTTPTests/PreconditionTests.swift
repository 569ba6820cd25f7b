// Conditional requests.

import HTTP
import Primitives
import Testing

@Suite("Preconditions")
struct PreconditionTests {
  static let now = WallTime(seconds: 1_700_000_000)
  static let stamp = "Sun, 06 Nov 1994 08:49:37 GMT"
  static let before = "Sun, 06 Nov 1994 08:49:36 GMT"

  // RFC 9110 section 8.8.3.2.
  static let comparisons: [(String, String, Bool, Bool)] = [
    ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "W/\"2\"", false, false),
    ("W/\"1\"", "\"1\"", false, true), ("\"1\"", "\"1\"", true, true),
    ("1", "1", false, false), ("\"1", "\"1", false, false), ("w/\"1\"", "\"1\"", false, false),
    ("\"\"", "\"\"", true, true), ("\"a b\"", "\"a b\"", false, false),
  ]

  @Test(arguments: comparisons)
  func `entity tags compare strongly and weakly`(a: String, b: String, strong: Bool, weak: Bool) {
    let a = bytes(a)
    let b = bytes(b)
    let isStrong = EntityTag.equal(a.span, b.span, .strong)
    let isWeak = EntityTag.equal(a.span, b.span, .weak)
    #expect(isStrong == strong)
    #expect(isWeak == weak)
  }

  static let outcomes:
    [(String, [(String, String)], HTTPMethod, Preconditions.Outcome, Preconditions.Outcome)] = [
      ("none", [], .get, .proceed, .proceed),
      ("hit", [("If-None-Match", "\"a\"")], .get, .notModified, .notModified),
      ("weak hit", [("If-None-Match", "W/\"a\"")], .head, .notModified, .notModified),
      ("list", [("If-None-Match", "\"x\", W/\"y,\" ,\"a\"")], .get, .notModified, .notModified),
      (
        "lines", [("If-None-Match", "\"x\""), ("If-None-Match", "\"a\"")], .get, .notModified,
        .notModified
      ),
      ("star", [("If-None-Match", "*")], .get, .notModified, .notModified),
      ("other", [("If-None-Match", "\"b\"")], .get, .proceed, .proceed),
      ("unsafe", [("If-None-Match", "\"a\"")], .put, .failed, .failed),
      (
        "tag wins", [("If-None-Match", "\"b\""), ("If-Modified-Since", stamp)], .get, .proceed,
        .proceed
      ),
      ("since", [("If-Modified-Since", stamp)], .get, .notModified, .notModified),
      ("since before", [("If-Modified-Since", before)], .get, .proceed, .proceed),
      ("since for put", [("If-Modified-Since", stamp)], .put, .proceed, .proceed),
      ("since junk", [("If-Modified-Since", "yesterday")], .get, .proceed, .proceed),
      ("match", [("If-Match", "\"a\"")], .put, .proceed, .proceed),
      ("match weak", [("If-Match", "W/\"a\"")], .put, .failed, .proceed),
      ("match star", [("If-Match", "*")], .put, .proceed, .proceed),
      ("match other", [("If-Match", "\"b\"")], .get, .failed, .proceed),
      (
        "match then none", [("If-Match", "\"a\""), ("If-None-Match", "\"a\"")], .get, .notModified,
        .notModified
      ),
      ("unmodified", [("If-Unmodified-Since", stamp)], .put, .proceed, .proceed),
      ("unmodified before", [("If-Unmodified-Since", before)], .put, .failed, .proceed),
      (
        "match wins", [("If-Match", "\"a\""), ("If-Unmodified-Since", before)], .put, .proceed,
        .proceed
      ),
    ]

  @Test(arguments: outcomes)
  func `preconditions are evaluated in the RFC's order`(
    name: String, fields: [(String, String)], method: HTTPMethod,
    origin: Preconditions.Outcome, cache: Preconditions.Outcome
  ) {
    let selected = Preconditions(
      response: block([("ETag", "\"a\""), ("Last-Modified", Self.stamp)]), now: Self.now)
    let request = block(fields)
    #expect(selected.evaluate(method, request, by: .origin) == origin)
    #expect(selected.evaluate(method, request, by: .cache) == cache)
  }

  @Test func `a representation without validators matches only a star`() {
    let selected = Preconditions(response: block([]), now: Self.now)
    for (value, outcome) in [("\"a\"", Preconditions.Outcome.proceed), ("*", .notModified)] {
      #expect(selected.evaluate(.get, block([("If-None-Match", value)]), by: .cache) == outcome)
    }
    let since = block([("If-Modified-Since", Self.stamp)])
    #expect(selected.evaluate(.get, since, by: .cache) == .proceed)
    let dated = Preconditions(
      response: block([]), date: WallTime(seconds: 784_111_777), now: Self.now)
    #expect(dated.evaluate(.get, since, by: .cache) == .notModified)
  }

  static let ranges: [(String, Bool)] = [
    ("\"a\"", true), ("W/\"a\"", false), ("\"b\"", false), (stamp, true), (before, false),
    ("junk", false),
  ]

  @Test(arguments: ranges)
  func `a range applies if If-Range names the representation`(value: String, applies: Bool) {
    let selected = Preconditions(
      response: block([("ETag", "\"a\""), ("Last-Modified", Self.stamp)]), now: Self.now)
    #expect(selected.rangeApplies(block([("If-Range", value)])) == applies)
    #expect(selected.rangeApplies(block([])))
  }
}

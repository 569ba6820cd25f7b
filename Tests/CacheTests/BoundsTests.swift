// What one request may cost, whatever its zone has set and its client sends.

import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Bounds of one request")
struct BoundsTests {
  /// As many rules and patterns as a zone may have; none fits a path of `a`s, and each needs long.
  private static var costly: CacheConfiguration {
    var configuration = CacheConfiguration()
    for _ in 0..<CacheLimits.rules {
      var rule = CacheRule()
      rule.paths = Array(repeating: "/*aaaaaaaaaaaaaaaa*b", count: CacheLimits.listedNames)
      rule.overrides.edgeSeconds = 60
      configuration.rules.append(rule)
    }
    return configuration
  }

  private static let slowPath = "/" + String(repeating: "a", count: 16 << 10)

  @Test("a path that takes too long to compare with the rules is passed on and not stored")
  func patterns() async {
    let cache = TestCache(TestOrigin([Answer(fields: [("Cache-Control", "max-age=6000")])]))
    cache.configuration = Self.costly
    let outcomes = await SharedLoops.run { lane in
      var outcomes: [String] = []
      for path in [Self.slowPath, Self.slowPath, "/b", "/b"] {
        outcomes.append("\(await cache.send("GET", path, on: lane).outcome)")
      }
      return outcomes
    }
    #expect(outcomes == ["bypass", "bypass", "miss", "hit"])
  }

  @Test("comparing with patterns ends with the budget")
  func budget() {
    var budget = StepBudget(100)
    let path = Array(Self.slowPath.utf8)
    var isMatching = TextPattern("*aaaab").matches(path.span, &budget)
    #expect(!isMatching && budget.isExhausted)
    budget = StepBudget(100)
    isMatching = TextPattern("/*").matches(Array("/static/a.css".utf8).span, &budget)
    #expect(isMatching && !budget.isExhausted)
  }

  @Test("a request whose cookies take too long to compare is passed on")
  func cookies() {
    var settings = CacheSettings()
    let name = String(repeating: "n", count: 200)
    settings.bypassCookies = (0..<64).map { "\(name)\($0 + 100)" }
    let policy = CachePolicy(settings)
    func isBypassed(_ cookie: String) -> Bool {
      var request = RequestHead()
      request.fields.append("Cookie", cookie)
      var budget = StepBudget()
      return policy.bypasses(request, &budget)
    }
    #expect(!isBypassed("session=1; \(name)000=2"))
    #expect(isBypassed("session=1; \(name)163=2"))
    #expect(isBypassed((0..<100).map { "\(name)\($0 + 200)=" }.joined(separator: ";")))
  }

  @Test("cookies after the one that is found are not looked at")
  func firstCookie() {
    var fields = FieldBlock()
    fields.append("Cookie", "a=1; b=2; c=3")
    fields.append("Cookie", "d=4")
    var seen = 0
    let isFound = Cookies.contains(fields) { name, value in
      seen += 1
      return name.count == 1 && name[0] == 0x62 && value.count == 1
    }
    #expect(isFound && seen == 2)
  }

  @Test("a request is passed on whose key takes too long to make")
  func keys() {
    var settings = CacheSettings()
    settings.key.query = .only
    settings.key.queryNames = (0..<64).map { "parameter-\($0)" }
    settings.key.cookies = (0..<64).map { "cookie-\($0)" }
    let policy = CachePolicy(settings)
    func isBypassed(_ path: String, _ cookie: String) -> Bool {
      var request = RequestHead()
      request.path = Array(path.utf8)
      request.fields.append("Cookie", cookie)
      var budget = StepBudget()
      return policy.mayBypass && policy.bypasses(request, &budget)
    }
    #expect(!isBypassed("/?parameter-7=1&b=2", "cookie-3=1"))
    #expect(isBypassed("/?" + String(repeating: "parameter-x&", count: 200), "cookie-3=1"))
    #expect(isBypassed("/", String(repeating: "c;", count: 2_000)))
  }

  @Test("request fields above the limits select nothing, whatever they mean")
  func selection() {
    func fields(_ value: String) -> FieldBlock {
      var fields = FieldBlock()
      fields.append("Accept-Encoding", value)
      return fields
    }
    var vary = FieldBlock()
    vary.append("Vary", "Accept-Encoding")
    let long = "gzip," + String(repeating: " ", count: CacheLimits.selectionBytes) + "br"
    let many = String(repeating: ",", count: CacheLimits.selectionSeparators + 1) + "br,gzip"
    let stored = VarySelection(vary: vary, request: fields("gzip, br"))
    #expect(stored?.matches(fields("br ,gzip")) == true)
    for value in [long, many] {
      #expect(stored?.matches(fields(value)) == false)
      #expect(VarySelection(vary: vary, request: fields(value)) == nil)
    }
  }
}

// Rules, patterns and keys of a zone.

import ConfigurationTree
import HTTP
import Primitives
import Testing

@testable import Cache

@Suite("A zone's cache settings")
struct PolicyTests {
  private func bypasses(_ policy: CachePolicy, _ request: RequestHead) -> Bool {
    var budget = StepBudget()
    return policy.bypasses(request, &budget)
  }

  @Test(
    "stars stand for any characters",
    arguments: [
      ("/a/*", "/a/b/c", true), ("/a/*", "/a/", true), ("/a/*", "/a", false), ("*", "", true),
      ("/*.css", "/x.css.css", true), ("/*.css", "/x.css/", false), ("/a*b*c", "/aXbYbZc", true),
      ("/a*b*c", "/acb", false), ("/a", "/A", false), ("**", "x", true), ("", "", true),
    ])
  func patterns(_ pattern: String, _ text: String, _ matches: Bool) {
    var budget = StepBudget()
    let isMatching = TextPattern(pattern).matches(Array(text.utf8).span, &budget)
    #expect(isMatching == matches)
  }

  @Test(
    "paths that an origin may take for others",
    arguments: [
      ("/a/b.css", false), ("/a/..b", false), ("/a/...", false), ("/a%20b", false),
      ("/a/../b", true), ("/a/..", true), ("/./a", true), ("/a/%2e%2E/b", true),
      ("/a%2fb", true), ("/a%5Cb", true), ("/a\\b", true), ("/a;x=.css", true), ("/a%00", true),
      ("/a%3f", true), ("/a%", true), ("/a%2", true), ("/a%zz", true), ("/a%252f", true),
    ])
  func doubtful(_ path: String, _ isDoubtful: Bool) {
    #expect(TargetPath.isDoubtful(Array(path.utf8).span) == isDoubtful)
  }

  @Test("the first rule that fits counts, and leaves the rest as the zone says")
  func rules() {
    var configuration = CacheConfiguration()
    configuration.settings.edgeSeconds = 1
    configuration.settings.maximumObjectBytes = 9
    for (paths, hosts, extensions, seconds) in [
      (["/a/*"], ["x.example"], [], 2), (["/a/*"], [], ["css", "js"], 3),
      ([], ["*.example"], [], 4),
    ] as [([String], [String], [String], Int)] {
      var rule = CacheRule()
      (rule.paths, rule.hosts, rule.extensions) = (paths, hosts, extensions)
      rule.overrides.edgeSeconds = seconds
      configuration.rules.append(rule)
    }
    let policies = CachePolicies(configuration)
    for (host, path, seconds) in [
      ("x.example", "/a/b", 2), ("x.example:8080", "/a/b?c", 2), ("y.test", "/a/b.JS?x=.txt", 3),
      ("y.example", "/a/b", 4), ("y.test", "/b.css", 1),
    ] as [(String, String, UInt64)] {
      var request = RequestHead()
      (request.authority, request.path) = (Array(host.utf8), Array(path.utf8))
      let policy = policies.policy(for: request)
      #expect(policy.edgeSeconds(200) == seconds, "\(host)\(path)")
      #expect(policy.maximumObjectBytes == 9 && !bypasses(policy, request))
    }
    var request = RequestHead()
    request.path = Array("/a/..%2fb.css".utf8)
    #expect(bypasses(policies.policy(for: request), request))
  }

  @Test(
    "which parameters count",
    arguments: [
      ("/a?b=1&a=2", "/a?a=2&b=1", CacheKeySettings.Query.all), ("/a", "/a", .all),
      ("/a?", "/a?", .all), ("/a?a=2&a=1&A=0", "/a?A=0&a=2&a=1", .all), ("/a?x=1", "/a", .none),
      ("/a?q=1&x=1&utm_a=2&page=3", "/a?page=3&q=1", .only),
      ("/a?q=1&x=1&utm_a=2&page=3&&=", "/a?&=&utm_a=2&x=1", .except), ("/a?q", "/a", .except),
    ])
  func query(_ target: String, _ expected: String, _ query: CacheKeySettings.Query) {
    var settings = CacheKeySettings()
    settings.query = query
    settings.queryNames = ["q", "pag*"]
    settings.sortsQuery = true
    var (output, parts): ([UInt8], [Range<Int>]) = ([], [])
    CacheKeyPlan(settings).writeTarget(Array(target.utf8), to: &output, parts: &parts)
    #expect(String(decoding: output, as: UTF8.self) == expected)
  }

  @Test("fields and cookies in keys can't run into each other")
  func parts() {
    var settings = CacheKeySettings()
    settings.fields = ["X-A", "X-B"]
    settings.cookies = ["c"]
    let plan = CacheKeyPlan(settings)
    let requests: [[(String, String)]] = [
      [], [("X-A", "")], [("X-B", "")], [("X-A", "1")], [("X-B", "1")],
      [("X-A", "1"), ("X-B", "1")],
      [("Cookie", "c=1")], [("Cookie", "c=")], [("X-A", "1"), ("X-A", "2")],
    ]
    let keys = requests.map { fields in
      var request = RequestHead()
      request.path = Array("/".utf8)
      for (name, value) in fields { request.fields.append(name, value) }
      var (key, parts): ([UInt8], [Range<Int>]) = ([], [])
      plan.writeTarget(request.path, to: &key, parts: &parts)
      plan.writeParts(request.fields, Instant(nanoseconds: 0), to: &key)
      return key
    }
    #expect(Set(keys).count == requests.count)
  }

  @Test("cookies are read as they are sent")
  func cookies() {
    var fields = FieldBlock()
    fields.append("Cookie", "a=1; b=2;c ;  d=\"x=y\"")
    fields.append("Cookie", "; e=")
    var found: [String] = []
    Cookies.forEach(fields) { name, value in
      var bytes: [UInt8] = []
      bytes.append(name)
      bytes.append(0x7c)
      bytes.append(value)
      found.append(String(decoding: bytes, as: UTF8.self))
    }
    #expect(found == ["a|1", "b|2", "c |", "d|\"x=y\"", "|", "e|"])
  }

  @Test(
    "statuses as they are written",
    arguments: [
      ("404", 404...404), ("5xx", 500...599), ("500-504", 500...504), ("4x4", nil), ("600", nil),
      ("504-500", nil), ("", nil), ("40", nil), ("1xx", nil),
    ] as [(String, ClosedRange<Int>?)])
  func statuses(_ text: String, _ expected: ClosedRange<Int>?) {
    #expect(StatusRange(text)?.statuses == expected)
    if let expected { #expect(StatusRange(expected).text == text) }
  }
}

// Looking into the cache through the API.

import ConfigurationTree
import Control
import HTTP
import Testing

@testable import skerry

@Suite("Control: the cache") struct InspectionRouteTests {
  private func path(_ url: String, _ more: String = "") -> String {
    "/v1/cache?url=" + ZoneCommand.encode(url) + more
  }

  @Test("a URL, a method and fields become the request that a client would send")
  func request() async throws {
    try await ControlServer.with { server in
      let plain = try await server.ask(.get, path("HTTP://A.test:80/x?y#z")).result
      #expect(plain["host"] == .string("a.test") && plain["path"] == .string("/x?y"))
      #expect(plain["isHead"] == .bool(false) && plain["isTLS"] == .bool(false))
      let fields = "&method=HEAD&fields=" + ZoneCommand.encode("Cookie: a=1\nAccept-Language: de")
      let full = try await server.ask(.get, path("https://a.test?q", fields)).result
      #expect(full["path"] == .string("/?q") && full["isHead"] == .bool(true))
      #expect(full["cookie"] == .string("a=1") && full["language"] == .string("de"))
      #expect(plain["client"] == nil)
      let far = try await server.ask(.get, path("https://a.test", "&client=2001:db8::1")).result
      #expect(far["client"] == .string("2001:db8::1"))
    }
  }

  @Test(
    "what no client could ask is refused, with the place of the fault",
    arguments: [
      ("", "url"), ("?url=ftp://a.test", "url"), ("?url=http://a.test/%0d%0aX:%20y", "url"),
      ("?url=http://a.test/&method=TRACE", "method"), ("?url=http://a.test/&fields=x", "fields"),
      ("?url=http://a.test/&fields=a%20b:x", ""), ("?url=http:///", "url"),
      ("?url=http://a.test/&fields=Host:b", ""), ("?url=http://a.test/&client=a.test", "client"),
    ])
  func faults(_ query: String, _ place: String) async throws {
    try await ControlServer.with { server in
      let answer = try await server.ask(.get, "/v1/cache" + query)
      #expect(answer.status == 400)
      #expect(answer.faults.map(\.path) == [place])
    }
  }

  @Test("the answer is told in lines")
  func text() {
    let tree = ConfigurationValue.object([
      ("answer", .string("hit")), ("explanation", .string("It is stored.")),
      ("zone", .string("a.test")), ("rule", .integer(1)), ("ruleText", .string("paths /x*")),
      ("key", .object([("host", .string("a.test")), ("cookie c", ConfigurationValue(.null))])),
      ("owner", .string("loop-1")), ("keyHash", .string("ff")),
      (
        "stored",
        .array([
          .object([
            ("layer", .string("ram")), ("loop", .string("loop-1")),
            ("alsoOn", .array([.string("loop-0")])), ("isSelected", .bool(true)),
            ("status", .integer(200)), ("ageSeconds", .integer(61)),
            ("lifetimeSeconds", .integer(60)), ("freshSeconds", .integer(-1)),
            ("stale", .object([("ifErrorSeconds", .integer(9))])), ("etag", .string("\"1\"")),
            ("vary", .object([("accept", .string("text/html"))])), ("bytes", .integer(5)),
            ("memoryBytes", .integer(700)), ("heat", .integer(2)),
          ])
        ])
      ),
    ])
    #expect(
      CacheInspectionText(tree).text == """
        answer  hit: It is stored.
        zone    a.test
        rule    2: paths /x*
        key     host: a.test
                cookie c: (none)
        owner   loop-1, hash ff
        stored  1 response

        response 1  status 200, the one for this request
        where       ram, loop-1, also in front of loop-0
        age         1 min 1 s, stale for 1 s after 1 min 0 s
        if stale    used if the origin errs (9 s more)
        ETag        "1"
        Vary        accept: text/html
        size        5 bytes, 700B with all it takes, heat 2 of 3

        """)
  }
}

// Purges as people write them.

import Cache
import ConfigurationTree
import Primitives
import Testing
import Zones

@Suite struct PurgeRequestTests {
  private static let zone: ZoneConfiguration = {
    var zone = Samples.zone(1, name: "a")
    zone.cache.settings.key.query = .except
    zone.cache.settings.key.queryNames = ["utm_*"]
    zone.cache.settings.key.sortsQuery = true
    return zone
  }()

  private static func decode(_ text: String) throws -> (Purge?, [String]) {
    var decoder = ConfigurationDecoder()
    let tree = try JSONParser.parse(Array(text.utf8))
    let purge = PurgeRequest.decode(tree, for: zone, at: WallTime(seconds: 5), &decoder)
    return (purge, decoder.faults.map { "\($0.path): \($0.problem). \($0.remedy)" })
  }

  private static func target(_ text: String) -> PurgeItem {
    .target(PurgeHash.target(Array(text.utf8).span))
  }

  @Test(arguments: [
    ("https://a-1.example/x", "a-1.example/x"), ("http://A-1.Example:8080/x", "a-1.example/x"),
    ("//www.a-1.example", "www.a-1.example/"), ("a-1.example", "a-1.example/"),
    ("HTTPS://any.a-1.example?b=2&a=1", "any.a-1.example/?a=1&b=2"),
    ("a-1.example./x?utm_source=1&c#top", "a-1.example/x?c"),
    ("a-1.example/%7e/caf\u{e9} x", "a-1.example/~/caf%C3%A9%20x"),
    ("a-1.example/a/../b//c", "a-1.example/b//c"), ("a-1.example//x", "a-1.example//x"),
    ("a-1.example/x://y", "a-1.example/x://y"),
  ])
  func `URLs are brought into the form that requests for them have`(
    _ url: String, _ expected: String
  ) throws {
    let (purge, faults) = try Self.decode("{\"urls\": [\"\(url)\"]}")
    #expect(faults == [])
    #expect(purge?.items == [Self.target(expected)])
  }

  @Test func `all kinds in one request`() throws {
    let (purge, faults) = try Self.decode(
      """
      {"urls": ["a-1.example/x"], "tags": ["t", "u v"], "hosts": ["WWW.a-1.example"],
       "prefixes": ["https://a-1.example:81/p/%7e", "a-1.example"], "soft": true}
      """)
    #expect(faults == [])
    let expected = Purge(
      isSoft: true,
      items: [
        Self.target("a-1.example/x"), .tag(PurgeHash.tag(Array("t".utf8).span)),
        .tag(PurgeHash.tag(Array("u v".utf8).span)),
        .host(PurgeHash.host(Array("www.a-1.example".utf8).span)),
        .prefix(Array("a-1.example/p/~".utf8)), .prefix(Array("a-1.example/".utf8)),
      ], time: WallTime(seconds: 5))
    #expect(purge == expected)
    #expect(
      try Self.decode("{\"everything\": true}").0
        == Purge(isEverything: true, time: WallTime(seconds: 5)))
  }

  @Test(arguments: [
    ("{}", [": names nothing to purge"]),
    ("{\"everything\": false, \"urls\": []}", ["names nothing to purge"]),
    (
      "{\"everything\": true, \"tags\": [\"a\"]}",
      ["everything: is true, and there are tags beside it"]
    ),
    ("{\"url\": [\"x\"], \"tags\": [\"a\"]}", ["url: is no known key. Did you mean urls?"]),
    ("[]", ["is a list"]),
    ("{\"soft\": \"yes\", \"tags\": \"a\"}", ["tags: is a text", "soft: is a text"]),
    (
      "{\"urls\": [\"https://b.example/\", \"ftp://a-1.example/\", \"/x\", \"a-1.example/\\n\", 1]}",
      [
        "urls[0]: is of the host \"b.example\", which the zone a-1.example does not have. Its hosts are",
        "urls[1]: is \"ftp://a-1.example/\", whose scheme is neither http nor https",
        "urls[2]: is \"/x\", which is no URL with a host", "urls[3]: has a control",
        "urls[4]: is a whole number",
      ]
    ),
    (
      "{\"tags\": [\"\", \"a,b\", \" c\"]}",
      ["tags[0]: is \"\"", "tags[1]: is \"a,b\", which has a comma in it", "tags[2]: is \" c\""]
    ),
    (
      "{\"hosts\": [\"*.a-1.example\", \"a-1.example:80\", \"x.y.a-1.example\"]}",
      ["hosts[0]: is \"*.a-1.example\", a wildcard", "hosts[1]: is ", "hosts[2]: is of the host"]
    ),
    (
      "{\"prefixes\": [\"a-1.example/x?y\", \"b.example/\"]}",
      ["prefixes[0]: is \"a-1.example/x?y\", which has a query", "prefixes[1]: is of the host"]
    ),
  ])
  func `every fault is named at once`(_ text: String, _ expected: [String]) throws {
    let (purge, faults) = try Self.decode(text)
    #expect(purge == nil)
    #expect(faults.count == expected.count, "\(faults)")
    for (fault, beginning) in zip(faults, expected) {
      #expect(fault.contains(beginning), "\(fault)")
    }
  }

  @Test func `a thousand things at once, of all kinds together`() throws {
    let tags = (0..<1_000).map { "\"t\($0)\"" }.joined(separator: ",")
    #expect(try Self.decode("{\"tags\": [\(tags)]}").0?.items.count == 1_000)
    #expect(try Self.decode("{\"tags\": [\(tags),\"x\"]}").1.count == 1)
    let (_, faults) = try Self.decode("{\"tags\": [\(tags)], \"hosts\": [\"a-1.example\"]}")
    #expect(faults.first?.contains("names 1001 things to purge") == true, "\(faults)")
    let long = String(repeating: "x", count: 1_100)
    #expect(try Self.decode("{\"tags\": [\"\(long)\"]}").1.count == 1)
    #expect(try Self.decode("{\"prefixes\": [\"a-1.example/\(long)\"]}").1.count == 1)
  }
}

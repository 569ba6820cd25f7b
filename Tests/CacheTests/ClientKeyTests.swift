// Keys by what a client is: its device, its language; and what other settings mean for keys.

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Keys by clients")
struct ClientKeyTests {
  @Test(
    "the kind of a device by its User-Agent",
    arguments: [
      ("", .desktop), ("curl/8.0", .desktop),
      (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        .desktop
      ),
      ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Tablet PC 2.0)", .desktop),
      ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17.0 Safari/605.1.15", .desktop),
      ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148", .mobile),
      ("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0)", .mobile),
      ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Mobile/15E148 Safari/604.1", .tablet),
      ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", .mobile),
      ("Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/130.0 Safari/537.36", .tablet),
      ("Mozilla/5.0 (Android 13; Tablet; rv:130.0) Gecko/130.0 Firefox/130.0", .tablet),
      ("Mozilla/5.0 (Android 13; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", .mobile),
      ("Mozilla/5.0 (Linux; Android 9; KFMAWI) Silk/90.2 like Chrome Safari/537.36", .tablet),
      ("Mozilla/5.0 (X11; U; Linux armv7l) Kindle/3.0", .tablet),
      ("Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.5.25", .mobile),
      ("Mozilla/5.0 (Windows Phone 10.0) Edge/15", .mobile), ("BlackBerry9700/5.0", .mobile),
      ("MOBI", .desktop), ("Mobi", .mobile), ("Mob", .desktop), ("i", .desktop),
    ] as [(String, DeviceType)])
  func devices(_ agent: String, _ expected: DeviceType) {
    #expect(DeviceType(userAgent: Array(agent.utf8).span) == expected)
  }

  /// What the look-up finds for lines of Accept-Language.
  private func language(_ lines: [String], of tags: [String]) -> String {
    var fields = FieldBlock()
    for line in lines { fields.append("Accept-Language", line) }
    return tags[LanguageLookup(tags).find(fields)]
  }

  @Test(
    "the language by RFC 4647's look-up",
    arguments: [
      ([], "en"), ([""], "en"), (["*"], "en"), (["fr"], "en"), (["de"], "de"), (["DE-at"], "de"),
      (["DE-ch"], "de-CH"),
      (["de-CH-1996, en"], "de-CH"), (["dex, pt"], "pt"), (["d"], "en"),
      (["fr;q=1, de;q=0.5, en;q=0.7"], "en"), (["fr, de;q=0.8, en;q=0.7"], "de"),
      (["de;q=0.5", "en;q=0.5"], "de"), (["en;q=0.1", "de ; q=0.9"], "de"),
      (["de;q=0, fr"], "en"), (["de;q=2, zh-Hant-TW"], "zh-Hant"), (["zh-Hans"], "en"),
      (["zh-Hant-CN-x-private1-private2;q=0.001"], "zh-Hant"), (["*;q=1, de;q=0.1"], "de"),
      (["de;q=, zh-hant"], "zh-Hant"),
    ] as [([String], String)])
  func languages(_ lines: [String], _ expected: String) {
    #expect(language(lines, of: ["en", "de", "de-CH", "zh-Hant", "pt"]) == expected)
  }

  @Test(
    "language tags",
    arguments: [
      ("de", true), ("zh-Hant-CN", true), ("i-klingon", true), ("", false), ("de-", false),
      ("-de", false), ("de--at", false), ("*", false), ("de-*", false), ("d_e", false),
      ("de-x", false), ("4de", false), ("abcdefghi", false), ("de-é", false),
    ])
  func tags(_ text: String, _ isTag: Bool) { #expect(LanguageLookup.isTag(text) == isTag) }

  private static func origin() -> TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      let told = ["accept-language", "skerry-device-type"].map { name in
        var values: [String] = []
        let fields = fetch.request.fields
        for index in 0..<fields.count {
          let isNamed = fields.withName(at: index) { $0.equalsIgnoringCase(Array(name.utf8).span) }
          guard isNamed else { continue }
          fields.withValue(at: index) { value in
            var bytes: [UInt8] = []
            bytes.append(value)
            values.append(String(decoding: bytes, as: UTF8.self))
          }
        }
        return values.joined(separator: "|")
      }
      return Answer(
        fields: [
          ("Cache-Control", "max-age=6000"), ("Vary", "Accept-Language, Skerry-Device-Type"),
        ], body: told.joined(separator: ",")
      ).fetched()
    }
  }

  @Test("a language and a device have one response, whatever their clients say exactly")
  func sharing() async {
    let origin = Self.origin()
    let cache = TestCache(origin)
    cache.configuration.settings.key.languages = ["en", "de"]
    cache.configuration.settings.key.tellsDeviceTypes = true
    let phone = ("User-Agent", "x (iPhone) Mobile/1")
    let requests: [[(String, String)]] = [
      [], [("Accept-Language", "en-GB,en;q=0.5")],
      [("Accept-Language", "fr"), ("User-Agent", "y")],
      [("Accept-Language", "de-AT, fr"), phone],
      [phone, ("Accept-Language", "de"), ("Skerry-Device-Type", "tablet")],
      [("skerry-device-type", "mobile"), ("Skerry-Device-Type", "x")],
    ]
    let texts = await SharedLoops.run { lane in
      var texts: [String] = []
      for fields in requests { texts.append(await cache.send("GET", "/", fields, on: lane).text) }
      return texts
    }
    let desktop = "en,desktop"
    #expect(texts == [desktop, desktop, desktop, "de,mobile", "de,mobile", desktop])
    #expect(origin.count == 2)
  }

  @Test("origins are told of the clients of requests that are not shared too")
  func passing() async {
    let cache = TestCache(Self.origin())
    cache.configuration.settings.key.tellsDeviceTypes = true
    let text = await SharedLoops.run { lane in
      await cache.send(
        "POST", "/", [("Skerry-Device-Type", "x"), ("User-Agent", "Mobi")], on: lane
      )
      .text
    }
    #expect(text == ",mobile")
  }

  @Test("where the device does not count, nobody's word on it reaches what is shared")
  func unkeyed() async {
    let cache = TestCache(Self.origin())
    let text = await SharedLoops.run { lane in
      await cache.send("GET", "/", [("Skerry-Device-Type", "mobile")], on: lane).text
    }
    #expect(text == ",")
  }

  @Test("a client that likes too much is passed on, and said to be of the usual kind")
  func tooLong() async {
    let origin = Self.origin()
    let cache = TestCache(origin)
    cache.configuration.settings.key.languages = ["en"] + (0..<63).map { "de-x-\($0)a" }
    let long = String(repeating: "de,", count: 2_000)
    let (first, second) = await SharedLoops.run { lane in
      (
        await cache.send("GET", "/", [("Accept-Language", long)], on: lane),
        await cache.send("GET", "/", [("Accept-Language", long)], on: lane)
      )
    }
    #expect(first.text == "en," && first.outcome == .bypass && second.outcome == .bypass)
    #expect(origin.count == 2)
  }

  // MARK: - Settings

  private func key(_ settings: CacheKeySettings, _ path: String) -> [UInt8] {
    var request = RequestHead()
    request.path = Array(path.utf8)
    var key: [UInt8] = []
    let plan = CachePolicy(
      {
        var zone = CacheSettings()
        zone.key = settings
        return zone
      }()
    ).key
    CacheKey.write([], request, plan, to: &key)
    return key
  }

  @Test(
    "keys that other settings made are no keys any more; those without settings stay as they are")
  func settings() {
    var made: Set<[UInt8]> = []
    let changes: [(inout CacheKeySettings) -> Void] = [
      { _ in }, { $0.sortsQuery = true }, { $0.query = .none }, { $0.query = .only },
      { ($0.query, $0.queryNames) = (.only, ["a"]) },
      { ($0.query, $0.queryNames) = (.only, ["a", "b"]) },
      { ($0.query, $0.queryNames) = (.except, ["b"]) },
    ]
    for change in changes {
      var settings = CacheKeySettings()
      change(&settings)
      made.insert(key(settings, "/x"))
      #expect(key(settings, "/x") == key(settings, "/x"))
    }
    #expect(made.count == changes.count)
    #expect(key(CacheKeySettings(), "/x") == [0] + Array("/x".utf8))
  }

  @Test("every setting is part of the signature, and none runs into another")
  func signatures() {
    let changes: [(inout CacheKeySettings) -> Void] = [
      { _ in }, { $0.query = .none }, { $0.queryNames = ["a"] }, { $0.queryNames = ["a", "b"] },
      { $0.queryNames = ["ab"] }, { $0.sortsQuery = true }, { $0.fields = ["a"] },
      { $0.cookies = ["a"] }, { $0.cookies = ["A"] }, { $0.tellsDeviceTypes = true },
      { $0.languages = ["a"] }, { $0.tellsCountries = true },
      { ($0.fields, $0.cookies) = (["a"], ["a"]) },
    ]
    let signatures = changes.map { change in
      var settings = CacheKeySettings()
      change(&settings)
      return settings.signature
    }
    #expect(Set(signatures).count == changes.count)
    var settings = CacheKeySettings()
    settings.fields = ["X-A"]
    let upper = settings.signature
    settings.fields = ["x-a"]
    #expect(settings.signature == upper)
    // What is on disks was stored under this one.
    settings.query = .except
    settings.queryNames = ["utm_*"]
    #expect(settings.signature == 12_898_212_432_957_945_827)
  }

  @Test("a changed setting is not answered by what was stored before it")
  func changed() async {
    let origin = TestOrigin { (_, number) throws(Failure) in
      Answer(fields: [("Cache-Control", "max-age=6000")], body: "\(number)").fetched()
    }
    let cache = TestCache(origin)
    let texts = await SharedLoops.run { lane in
      var texts: [String] = []
      for query in [.all, .only, .none, .only] as [CacheKeySettings.Query] {
        var configuration = CacheConfiguration()
        configuration.settings.key.query = query
        configuration.settings.key.queryNames = query == .only ? ["b"] : []
        let stage = CacheStage(
          zone: cache.zone, policies: CachePolicies(configuration), shard: cache.group.shards[0],
          lane: lane, below: origin)
        let client = TestClient("GET", "/a", on: lane)
        client.begin(stage)
        await lane.wait { client.isDone }
        texts.append(client.reply.text)
      }
      return texts
    }
    #expect(texts == ["0", "1", "2", "1"])
  }
}

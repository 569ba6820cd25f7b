// What the configuration of a zone promises: defaults, every fault at once, the same back.

import ConfigurationTree
import Origin
import Primitives
import Testing
import Zones

@Suite struct ZoneConfigurationTests {
  static let id = ZoneID(high: 1, low: 2)

  func decode(_ text: String, path: String = "") throws -> (ZoneConfiguration?, [String]) {
    var decoder = ConfigurationDecoder(path: path)
    let tree = try JSONParser.parse(Array(text.utf8))
    let zone = ZoneConfiguration.decode(tree, &decoder) { _ in Self.id }
    return (zone, decoder.faults.map(\.description))
  }

  @Test func `a name and an origin are enough`() throws {
    let (zone, faults) = try decode(
      #"{"name": "Example.org", "origins": ["http://127.0.0.1:8080"]}"#)
    #expect(faults == [])
    var expected = ZoneConfiguration(
      id: Self.id, name: "example.org", hostnames: [Hostname(name: "example.org")],
      origins: [OriginConfiguration(scheme: .http, host: "127.0.0.1", port: 8080)])
    #expect(zone == expected)
    expected.isPaused = true
    #expect(zone != expected)
  }

  @Test func `a zone's part of the cache is its own bytes times its weight`() throws {
    let (small, _) = try decode(
      #"{"name":"a.b","origins":["http://x"],"bounds":{"cacheBytes":1048576},"weight":3}"#)
    let (none, _) = try decode(
      #"{"name":"a.b","origins":["http://x"],"bounds":{"cacheBytes":0}}"#)
    let (huge, _) = try decode(
      #"{"name":"a.b","origins":["http://x"],"bounds":{"cacheBytes":1125899906842624},"weight":100}"#
    )
    #expect(small?.cacheShare == 3)
    #expect(none?.cacheShare == 1)
    #expect(huge?.cacheShare == 1 << 20)
  }

  @Test func `every fault is found at once, with its path, its place and its remedy`() throws {
    let text = """
      {"name": "example.org", "hostnmes": ["a.example.org"],
       "hostnames": ["www.example.org", "example.com", "www.example.org", 7],
       "origins": [{"url": "ftp://x"}, {"weight": 0}],
       "tls": {"minimumVersion": "1.1"},
       "cache": {"enabled": "yes"}, "bounds": {"connections": null}, "weight": 1.5}
      """
    let (zone, faults) = try decode(text, path: "zones[2]")
    #expect(zone == nil)
    #expect(
      faults == [
        "zones[2].hostnmes (line 1, column 37): is no known key. Did you mean hostnames?",
        "zones[2].hostnames[1] (line 2, column 35): is \"example.com\", which does not lie in "
          + "example.org. Make another zone for its domain, or write a name that ends in "
          + ".example.org.",
        "zones[2].hostnames[2] (line 2, column 50): is www.example.org once more. "
          + "Write each name once.",
        "zones[2].hostnames[3] (line 2, column 69): is a whole number. Give a host name.",
        "zones[2].origins[0].url (line 3, column 22): is \"ftp://x\", which does not begin with "
          + "http:// or https://. Write http://HOST or https://HOST, with :PORT if it is not 80 "
          + "or 443.",
        "zones[2].origins[1].url (line 3, column 34): is missing. "
          + "Write http://HOST or https://HOST.",
        "zones[2].origins[1].weight (line 3, column 45): is 0. "
          + "Give a whole number from 1 to 1000.",
        "zones[2].tls.minimumVersion (line 4, column 28): is \"1.1\". "
          + "Write one of \"1.2\", \"1.3\".",
        "zones[2].cache.enabled (line 5, column 23): is a text. Write true or false.",
        "zones[2].bounds.connections (line 5, column 57): has no value. Give a whole number from "
          + "1 to 10000000. To take the default, leave the key out.",
        "zones[2].weight (line 5, column 74): is a number. Give a whole number from 1 to 100.",
      ])
  }

  @Test(
    "a zone that can't be served is refused",
    arguments: [
      (#"{}"#, "is missing. Give the zone's domain"),
      (#"[]"#, "the configuration (line 1, column 1): is a list"),
      (#"{"name":"a.b","origins":[]}"#, "origins (line 1, column 25): is empty"),
      (#"{"name":"a.b","hostnames":[],"origins":["http://x"]}"#, "hostnames"),
      (#"{"name":"a.b","origins":["http://x"],"id":"xyz"}"#, "id"),
      (#"{"name":"a.b","origins":["http://x"],"redirectToHTTPS":true}"#, "redirectToHTTPS"),
      (#"{"name":"a.b","origins":["http://x"],"certificates":[{"chain":"x"}]}"#, "is no PEM text"),
      (
        #"{"name":"a.b","origins":["http://x"],"responseFields":[{"name":"Content-Length","value":"1"}]}"#,
        "responseFields[0].name"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"responseFields":[{"name":"X-A","value":"1\r\nB: 2"}]}"#,
        "responseFields[0].value"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"errorPages":[{"status":404,"body":""}]}"#,
        "errorPages[0].status"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"errorPages":[{"status":"5xx"}]}"#,
        "errorPages[0].body"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"errorPages":[{"status":"5xx","body":"","contentType":"a\nb"}]}"#,
        "errorPages[0].contentType"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"originPool":{"healthCheck":{"path":"x"}}}"#,
        "originPool.healthCheck.path"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"originPool":{"healthCheck":{"status":"6xx"}}}"#,
        "originPool.healthCheck.status"
      ),
      (
        #"{"name":"a.b","origins":["http://x"],"originPool":{"healthCheck":{"intervalMilliseconds":10}}}"#,
        "originPool.healthCheck.intervalMilliseconds"
      ),
      (
        #"{"name":"a.b","origins":[{"url":"http://x","hostHeader":"a b"}]}"#,
        "origins[0].hostHeader"
      ),
    ])
  func aZoneThatCanTBeServedIsRefused(text: String, expected: String) throws {
    let (zone, faults) = try decode(text)
    #expect(zone == nil)
    #expect(faults.contains { $0.contains(expected) }, "\(faults)")
  }

  @Test func `a whole configuration comes back the same from its tree and its record`() throws {
    let zone = Samples.full
    var decoder = ConfigurationDecoder()
    let text = JSONWriter.write(zone.tree(withKeys: true), indented: true)
    let back = ZoneConfiguration.decode(try JSONParser.parse(text), &decoder) { _ in
      ZoneID(high: 0, low: 0)
    }
    #expect(decoder.faults == [])
    // Keys that sign are in no tree.
    var shown = zone
    shown.signingKeys = nil
    #expect(back == shown)
    let record = ZoneRecord.write(zone)
    #expect(ZoneRecord.read(record.span, id: zone.id) == zone.withoutKeys)
  }

  @Test func `a record with fields of a later version is read, one that breaks off is not`() {
    let record = ZoneRecord.write(Samples.full)
    // Tag 99, two bytes.
    let later = record + [99, 2, 0, 0]
    #expect(ZoneRecord.read(later.span, id: Samples.full.id) == Samples.full.withoutKeys)
    let cut = Array(record.dropLast(1))
    #expect(ZoneRecord.read(cut.span, id: Samples.full.id) == nil)
    let otherFormat = [2] + record.dropFirst()
    #expect(ZoneRecord.read(otherFormat.span, id: Samples.full.id) == nil)
  }

  @Test func `keys are not shown`() {
    let zone = Samples.full
    #expect(!"\(zone)".contains("SECRET"))
    #expect(!String(reflecting: zone).contains("SECRET"))
    #expect(!String(decoding: JSONWriter.write(zone.tree()), as: UTF8.self).contains("SECRET"))
  }

  @Test(
    "an origin's URL has scheme, host and port",
    arguments: [
      ("http://example.org", "http", "example.org", 80),
      ("https://Example.org", "https", "example.org", 443),
      ("https://example.org:8443", "https", "example.org", 8443),
      ("http://[2001:db8::1]:81", "http", "2001:db8::1", 81),
      ("http://[::1]", "http", "::1", 80),
      ("http://my_service", "http", "my_service", 80),
    ])
  func anOriginSUrlHasSchemeHostAndPort(
    url: String, scheme: String, host: String, port: UInt16
  ) {
    var decoder = ConfigurationDecoder()
    let origin = OriginConfiguration.decode(.string(url), &decoder)
    #expect(origin?.scheme.rawValue == scheme)
    #expect(origin?.host == host)
    #expect(origin?.port == port)
    #expect(origin?.tree["url"]?.content == .string(url.lowercased()))
  }

  @Test(
    "other URLs are no origins",
    arguments: [
      "example.org", "http:/x", "http://", "http://a/b", "http://u:p@a", "http://a:0",
      "http://a:65536", "http://a:+80", "http://a:", "http://[::1", "http://[1::2::3]",
      "http://[12345::]", "http://a b", "http://a..b", "http://a?x", "http://a\r\nb",
    ])
  func otherUrlsAreNoOrigins(url: String) {
    var decoder = ConfigurationDecoder()
    #expect(OriginConfiguration.decode(.string(url), &decoder) == nil)
    #expect(decoder.faults.count == 1)
  }
}

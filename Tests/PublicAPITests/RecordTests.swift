// DNS records through the API.

import ConfigurationTree
import Control
import HTTP
import NameService
import Origin
import Primitives
import Testing
import Zones

@testable import PublicAPI

@Suite("PublicAPI: records") struct RecordTests {
  private static func records(
    _ fixture: DeskFixture, _ zone: String, _ query: String = ""
  ) throws -> [ConfigurationValue] {
    let reply = try fixture.ask(.get, "/zones/\(zone)/dns_records\(query)")
    #expect(reply.status == 200, "\(reply.text)")
    return reply.result.elements
  }

  @Test(
    "a record is shown as clients expect it, whichever way it was given",
    arguments: [
      // A trailing dot is never shown of targets.
      (#"{"type": "CNAME", "name": "a", "content": "Target.Example.net."}"#, "Target.Example.net"),
      (#"{"type": "CNAME", "name": "a", "content": "@"}"#, "example.org"),
      (
        #"{"type": "MX", "name": "@", "content": "mx.example.org.", "priority": 5}"#,
        "mx.example.org"
      ),
      (#"{"type": "NS", "name": "sub", "content": "ns.example.net."}"#, "ns.example.net"),
      // TXT is echoed as it came.
      (#"{"type": "TXT", "name": "t", "content": "tok123"}"#, "tok123"),
      (#"{"type": "TXT", "name": "t", "content": "\"hello world\""}"#, "\"hello world\""),
      (#"{"type": "TXT", "name": "t", "content": "say \"so\" \\ once"}"#, #"say "so" \ once"#),
      (
        #"{"type": "SRV", "name": "_x._tcp", "data": {"priority": 1, "weight": 2, "port": 3, "target": "s.example.org"}}"#,
        "1 2 3 s.example.org"
      ),
      (
        #"{"type": "SRV", "name": "_x._tcp", "content": "2\t3\ts.example.org", "priority": 1}"#,
        "1 2 3 s.example.org"
      ),
      (
        #"{"type": "CAA", "name": "@", "data": {"flags": 0, "tag": "issue", "value": "ca.example; x=1"}}"#,
        #"0 issue "ca.example; x=1""#
      ),
      (
        #"{"type": "HTTPS", "name": "h", "data": {"priority": 1, "target": ".", "value": "alpn=\"h2,h3\""}}"#,
        "1 . alpn=\"h2,h3\""
      ),
      (
        #"{"type": "DS", "name": "sub", "data": {"key_tag": 1, "algorithm": 13, "digest_type": 2, "digest": "E2D3C916F6DEEAC73294E8268FB5885044A833FC5459588F4A9184CFC41A5766"}}"#,
        "1 13 2 E2D3C916F6DEEAC73294E8268FB5885044A833FC5459588F4A9184CFC41A5766"
      ),
    ])
  func contents(_ json: String, _ content: String) throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let id = try fixture.addRecord(zone, json)
      let shown = try fixture.ask(.get, "/zones/\(zone)/dns_records/\(id)").result
      #expect(shown["content"]?.text?.lowercased() == content.lowercased())
      // What was shown can be put back, and is the same.
      let text = String(decoding: JSONWriter.write(shown), as: UTF8.self)
      let again = try fixture.ask(.put, "/zones/\(zone)/dns_records/\(id)", text)
      #expect(again.result["content"] == shown["content"], "\(again.text)")
      #expect(again.result["data"] == shown["data"])
    }
  }

  @Test(
    "invalid input names its field, and all faults are told at once",
    arguments: [
      (#"{"type": "A", "name": "a", "content": "192.0.2.999"}"#, ["/content"]),
      (#"{"type": "A", "name": "a", "content": "2001:db8::1"}"#, ["/content"]),
      (#"{"type": "AAAA", "name": "a", "content": "x", "ttl": 7}"#, ["/ttl", "/content"]),
      (#"{"type": "A", "name": "a", "content": "192.0.2.1", "ttl": "auto"}"#, ["/ttl"]),
      (#"{"type": "A", "name": "a"}"#, ["/content"]),
      (#"{"name": "a", "content": "192.0.2.1"}"#, ["/type"]),
      (#"{"type": "NOPE", "name": "a", "content": "x"}"#, ["/type"]),
      (#"{"type": "SOA", "name": "a", "content": "x"}"#, ["/type"]),
      (#"{"type": "A", "content": "192.0.2.1"}"#, ["/name"]),
      (#"{"type": "A", "name": "a..b", "content": "192.0.2.1"}"#, ["/name"]),
      (#"{"type": "A", "name": "www.example.net.", "content": "192.0.2.1"}"#, ["/name"]),
      (#"{"type": "MX", "name": "@", "content": "mx.example.org"}"#, ["/priority"]),
      (#"{"type": "MX", "name": "@", "content": "mx", "priority": 70000}"#, ["/priority"]),
      (#"{"type": "TXT", "name": "t", "content": 5}"#, ["/content"]),
      (#"{"type": "TXT", "name": "t", "content": "x", "proxied": true}"#, ["/proxied"]),
      (#"{"type": "A", "name": "a", "content": "192.0.2.1", "proxied": "yes"}"#, ["/proxied"]),
      (#"{"type": "A", "name": "a", "content": "192.0.2.1", "tags": [1]}"#, ["/tags"]),
      (
        #"{"type": "SRV", "name": "_x._tcp", "data": {"priority": 1, "weight": 2, "target": "a"}}"#,
        ["/data/port"]
      ),
      (
        #"{"type": "CAA", "name": "@", "data": {"flags": 0, "tag": "is sue", "value": "x"}}"#,
        ["/data/tag"]
      ),
      (#"{"type": "NS", "name": "@", "content": "ns.example.net"}"#, ["/name"]),
    ])
  func faults(_ json: String, _ pointers: [String]) throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let before = try fixture.answered(zone)
      let reply = try fixture.ask(.post, "/zones/\(zone)/dns_records", json)
      #expect(reply.status == 400 && reply.code == 1_004, "\(reply.text)")
      #expect(reply.pointers == pointers, "\(reply.text)")
      #expect(try fixture.answered(zone) == before)
    }
  }

  @Test("a record keeps its identity through changes of itself, of others, and a restart")
  func identities() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let www = try fixture.addRecord(
        zone, #"{"type": "A", "name": "www", "content": "192.0.2.1"}"#)
      let mail = try fixture.addRecord(
        zone, #"{"type": "A", "name": "mail", "content": "192.0.2.2"}"#)
      let path = "/zones/\(zone)/dns_records"
      #expect(
        try fixture.ask(.patch, "\(path)/\(www)", #"{"content": "192.0.2.3", "ttl": 120}"#).result[
          "id"]?.text == www)
      try fixture.reopen()
      #expect(try fixture.ask(.delete, "\(path)/\(mail)").result["id"]?.text == mail)
      let left = try Self.records(fixture, zone)
      #expect(left.map { $0["id"]?.text } == [www])
      #expect(left.map { $0["content"]?.text } == ["192.0.2.3"])
      #expect(try fixture.ask(.get, "\(path)/\(mail)").code == 81_044)
      #expect(try fixture.answered(zone).contains("www 120 A 192.0.2.3"))
    }
  }

  @Test(
    "records that the operator changed are in the API, and those that stay keep their identities")
  func operators() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let www = try fixture.addRecord(
        zone, #"{"type": "A", "name": "www", "content": "192.0.2.1", "comment": "kept"}"#)
      try fixture.addRecord(zone, #"{"type": "A", "name": "old", "content": "192.0.2.2"}"#)
      let id = try #require(ZoneID(zone))
      let servers = try fixture.ask(.get, "/zones/\(zone)").result["name_servers"]?.elements
      let server = try #require(servers?.first?.text)
      let records = """
        {"records": [{"name": "@", "type": "NS", "content": "\(server)."},
          {"name": "www", "type": "A", "content": "192.0.2.1", "weight": 5},
          {"name": "new", "type": "A", "content": "192.0.2.9"}]}
        """
      try fixture.zones.apply([.patch(id, try JSONParser.parse(Array(records.utf8)))])
      let first = try Self.records(fixture, zone)
      #expect(first.map { $0["name"]?.text } == ["new.example.org", "www.example.org"])
      #expect(first.last?["id"]?.text == www && first.last?["comment"]?.text == "kept")
      #expect(try Self.records(fixture, zone) == first)
      // What the operator said of a record outlives a change by the API.
      try fixture.addRecord(zone, #"{"type": "A", "name": "more", "content": "192.0.2.3"}"#)
      let tree = try #require(try fixture.zones.configuration(of: id)?.records?.tree)
      let weights = tree.elements.compactMap { $0["weight"]?.number }
      #expect(weights == [5])
    }
  }

  @Test("conflicts have the codes that clients know") func conflicts() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      try fixture.addRecord(zone, #"{"type": "A", "name": "a", "content": "192.0.2.1"}"#)
      try fixture.addRecord(zone, #"{"type": "CNAME", "name": "c", "content": "a.example.org"}"#)
      for (json, code) in [
        (#"{"type": "A", "name": "A.example.org", "content": "192.0.2.1", "ttl": 600}"#, 81_058),
        (#"{"type": "CNAME", "name": "c", "content": "A.example.org."}"#, 81_058),
        (#"{"type": "CNAME", "name": "a", "content": "b.example.org"}"#, 81_053),
        (#"{"type": "A", "name": "c", "content": "192.0.2.1"}"#, 81_053),
        (#"{"type": "TXT", "name": "c", "content": "x"}"#, 81_054),
      ] {
        let reply = try fixture.ask(.post, "/zones/\(zone)/dns_records", json)
        #expect(reply.status == 400 && reply.code == code, "\(json): \(reply.text)")
      }
      #expect(try fixture.ask(.post, "/zones", #"{"name": "example.org"}"#).code == 1_061)
    }
  }

  @Test("lists are filtered, and a page beyond the end is empty") func lists() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      for index in 1...5 {
        try fixture.addRecord(
          zone, #"{"type": "A", "name": "a\#(index)", "content": "192.0.2.\#(index)"}"#)
      }
      try fixture.addRecord(zone, #"{"type": "TXT", "name": "_acme-challenge", "content": "tok"}"#)
      for (query, count) in [
        ("", 6), ("?type=TXT", 1), ("?name=a1.example.org", 1), ("?name.exact=A1.example.org.", 1),
        ("?name.contains=acme", 1), ("?name.startswith=a", 5), ("?content=192.0.2.3", 1),
        ("?type=TXT&name.exact=_acme-challenge.example.org&content.exact=tok&per_page=1", 1),
        ("?type=TXT&content.exact=%22tok%22", 1), ("?type=TXT&content=192.0.2.1", 0),
        ("?type=TXT&content=192.0.2.1&match=any", 2), ("?search=192.0.2", 5),
        ("?page=2&per_page=4", 2), ("?page=3&per_page=4", 0), ("?unknown=1", 6),
      ] {
        #expect(try Self.records(fixture, zone, query).count == count, "\(query)")
      }
      let info = try fixture.ask(.get, "/zones/\(zone)/dns_records?page=9").body["result_info"]
      #expect(info?["count"] == .integer(0) && info?["total_count"] == .integer(6))
      for query in ["?per_page=0", "?page=x", "?proxied=maybe", "?match=some", "?order=size"] {
        let reply = try fixture.ask(.get, "/zones/\(zone)/dns_records\(query)")
        #expect(reply.status == 400 && reply.pointers.count == 1, "\(query): \(reply.text)")
      }
    }
  }

  @Test("a batch is made whole or not at all") func batches() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let old = try fixture.addRecord(
        zone, #"{"type": "A", "name": "old", "content": "192.0.2.1"}"#)
      let kept = try fixture.addRecord(
        zone, #"{"type": "A", "name": "kept", "content": "192.0.2.2"}"#)
      let before = try fixture.answered(zone)
      let path = "/zones/\(zone)/dns_records/batch"
      func body(_ last: String) -> String {
        """
        {"deletes": [{"id": "\(old)"}], "patches": [{"id": "\(kept)", "content": "192.0.2.9"}],
          "posts": [{"type": "CNAME", "name": "old", "content": "kept.example.org"}, \(last)]}
        """
      }
      let bad = try fixture.ask(.post, path, body(#"{"type": "A", "name": "x", "content": "y"}"#))
      #expect(bad.status == 400 && bad.pointers == ["/posts/1/content"], "\(bad.text)")
      #expect(try fixture.answered(zone) == before)
      let good = try fixture.ask(
        .post, path, body(#"{"type": "A", "name": "x", "content": "192.0.2.4"}"#))
      #expect(good.status == 200, "\(good.text)")
      #expect(good.result["posts"]?.elements.count == 2)
      #expect(
        try Self.records(fixture, zone).map { $0["name"]?.text } == [
          "kept.example.org", "old.example.org", "x.example.org",
        ])
    }
  }

  @Test("what is exported is imported as the same") func zoneFiles() throws {
    try DeskFixture.with { fixture in
      let (zone, other) = (try fixture.addZone(), try fixture.addZone("example.net"))
      for json in [
        #"{"type": "MX", "name": "@", "content": "mx.example.com", "priority": 5, "ttl": 600}"#,
        #"{"type": "TXT", "name": "t", "content": "a \"b\" c"}"#,
        #"{"type": "A", "name": "*.w", "content": "192.0.2.1"}"#,
      ] { try fixture.addRecord(zone, json) }
      let text = try fixture.ask(.get, "/zones/\(zone)/dns_records/export").text
      #expect(text.contains("$ORIGIN example.org.\n"))
      let file = text.replacing("example.org", with: "example.net")
      let added = try fixture.ask(.post, "/zones/\(other)/dns_records/import", file)
      #expect(added.result["recs_added"] == .integer(3), "\(added.text)")
      let relative = try fixture.answered(zone).filter { !$0.contains("NS") }
      #expect(try fixture.answered(other).filter { !$0.contains("NS") } == relative)
      let twice = try fixture.ask(.post, "/zones/\(other)/dns_records/import", file)
      #expect(twice.result["recs_added"] == .integer(0))
      let bad = try fixture.ask(
        .post, "/zones/\(other)/dns_records/import", "a 300 IN A 192.0.2.300\n")
      #expect(bad.status == 400 && bad.pointers == ["/file"], "\(bad.text)")
    }
  }

  @Test("of a proxied record our addresses are answered, and the origin's is nowhere in the DNS")
  func proxied() throws {
    try DeskFixture.with { fixture in
      let zone = try fixture.addZone()
      let id = try fixture.addRecord(
        zone, #"{"type": "A", "name": "@", "content": "192.0.2.80", "proxied": true, "ttl": 120}"#)
      try fixture.addRecord(
        zone, #"{"type": "CNAME", "name": "www", "content": "example.org", "proxied": true}"#)
      try fixture.addRecord(zone, #"{"type": "A", "name": "grey", "content": "192.0.2.81"}"#)
      let shown = try fixture.ask(.get, "/zones/\(zone)/dns_records/\(id)").result
      #expect(shown["ttl"] == .integer(1) && shown["content"] == .string("192.0.2.80"))
      let answered = try fixture.answered(zone)
      #expect(
        answered.contains("@ 300 A 198.51.100.1") && answered.contains("www 300 A 198.51.100.1"))
      #expect(!answered.contains { $0.contains("192.0.2.80") })
      let id2 = try #require(ZoneID(zone))
      let stored = try #require(try fixture.zones.configuration(of: id2))
      #expect(stored.hostnames.map(\.description) == ["example.org", "www.example.org"])
      #expect(stored.origins.map(\.host) == ["192.0.2.80"])
      // What listens beside us is nobody's to reach.
      for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254"] {
        let reply = try fixture.ask(
          .patch, "/zones/\(zone)/dns_records/\(id)", #"{"content": "\#(address)"}"#)
        #expect(reply.status == 400 && reply.pointers == ["/content"], "\(reply.text)")
      }
      // Nor what a name leads to that is not the zone's.
      for name in ["localhost", "2130706433", "metadata.example.net"] {
        let reply = try fixture.ask(
          .post, "/zones/\(zone)/dns_records",
          #"{"type": "CNAME", "name": "x", "content": "\#(name)", "proxied": true}"#)
        #expect(reply.status == 400 && reply.pointers == ["/content"], "\(reply.text)")
      }
      // Two origins are not offered yet, and said so.
      let reply = try fixture.ask(
        .post, "/zones/\(zone)/dns_records",
        #"{"type": "A", "name": "api", "content": "192.0.2.90", "proxied": true}"#)
      #expect(reply.pointers == ["/content"], "\(reply.text)")
      for name in [id] {
        #expect(
          try fixture.ask(.patch, "/zones/\(zone)/dns_records/\(name)", #"{"proxied": false}"#)
            .status == 200)
      }
      #expect(try fixture.answered(zone).contains("@ 300 A 192.0.2.80"))
    }
  }
}

// Zones through the API.

import ConfigurationTree
import Control
import HTTP
import Origin
import Primitives
import Testing
import Zones

@testable import PublicAPI

@Suite("PublicAPI: zones") struct ZoneTests {
  @Test(
    "a zone is made, shown, listed, paused and removed, each with a number and a line of the log")
  func life() throws {
    try DeskFixture.with { fixture in
      let start = try fixture.zones.sequence()
      let id = try fixture.addZone()
      let shown = try fixture.ask(.get, "/zones/\(id)").result
      #expect(shown["status"] == .string("pending") && shown["name"] == .string("example.org"))
      #expect(shown["name_servers"]?.elements.count == 2)
      #expect(try fixture.ask(.get, "/zones?name=example.org").result.elements == [shown])
      #expect(try fixture.ask(.get, "/zones?name=example.net").result == .array([]))
      let paused = try fixture.ask(.patch, "/zones/\(id)", #"{"paused": true}"#)
      #expect(paused.result["paused"] == .bool(true))
      #expect(try fixture.ask(.delete, "/zones/\(id)").result["id"] == .string(id))
      #expect(try fixture.ask(.get, "/zones/\(id)").code == 1_001)
      #expect(try fixture.zones.sequence() == start + 3)
      let log = try fixture.ask(.get, "/accounts/\(fixture.account.id)/audit_logs").result.elements
      let actions = log.map { $0["action"]?.text ?? "" }
      #expect(actions == ["zone.delete", "zone.change", "zone.create", "account.create"])
      #expect(log[1]["oldValueJson"]?["paused"] == .bool(false))
      #expect(log[1]["newValueJson"]?["paused"] == .bool(true))
    }
  }

  @Test(
    "what can't be a zone is refused, and names its field",
    arguments: [
      ("{}", "/name"), (#"{"name": ""}"#, "/name"), (#"{"name": 5}"#, "/name"),
      (#"{"name": "org"}"#, "/name"), (#"{"name": "*.example.org"}"#, "/name"),
      (#"{"name": "exa mple.org"}"#, "/name"),
      (#"{"name": "a.test", "type": "partial"}"#, "/type"),
      (#"{"name": "a.test", "account": {"id": "0"}}"#, "/account/id"),
    ])
  func faults(_ json: String, _ pointer: String) throws {
    try DeskFixture.with { fixture in
      let reply = try fixture.ask(.post, "/zones", json)
      #expect(reply.status == 400 && reply.pointers == [pointer], "\(reply.text)")
    }
  }

  @Test(
    "nobody takes a part of another's names, or of the platform's; parts of one's own may be zones")
  func neighbours() throws {
    try DeskFixture.with { fixture in
      _ = try fixture.addZone("b.example.org")
      let other = try DeskFixture.addAccount("Bob", fixture.desk).account
      let names = [
        "b.example.org", "a.b.example.org", "example.org", "ns1.skerry.test", "skerry.test",
        "x.ns2.skerry.test",
      ]
      for name in names {
        let reply = try fixture.ask(.post, "/zones", #"{"name": "\#(name)"}"#, as: other)
        #expect(reply.status == 400 && [1_061, 1_116].contains(reply.code), "\(reply.text)")
        #expect(!reply.text.contains(fixture.account.id.description))
      }
      for (name, account) in [("c.example.org", other), ("a.b.example.org", fixture.account)] {
        let reply = try fixture.ask(.post, "/zones", #"{"name": "\#(name)"}"#, as: account)
        #expect(reply.status == 200, "\(reply.text)")
      }
      // One of Bob's is among them now.
      let above = try fixture.ask(.post, "/zones", #"{"name": "example.org"}"#)
      #expect(above.code == 1_116)
    }
  }

  @Test("what the operator has a zone serve stays, whatever becomes of its records")
  func operators() throws {
    try DeskFixture.with { fixture in
      let id = try #require(ZoneID(try fixture.addZone()))
      var zone = try #require(try fixture.zones.configuration(of: id))
      zone.hostnames = [try Hostname(parsing: "shop.example.org")]
      zone.origins = [OriginConfiguration(scheme: .https, host: "origin.example.net")]
      try fixture.zones.apply([.put(zone)])
      try fixture.addRecord(id.description, #"{"type": "TXT", "name": "t", "content": "x"}"#)
      let proxied = try fixture.addRecord(
        id.description, #"{"type": "A", "name": "www", "content": "192.0.2.80", "proxied": true}"#)
      var after = try #require(try fixture.zones.configuration(of: id))
      #expect(after.hostnames.map(\.description) == ["shop.example.org", "www.example.org"])
      let removed = try fixture.ask(.delete, "/zones/\(id)/dns_records/\(proxied)")
      #expect(removed.status == 200)
      after = try #require(try fixture.zones.configuration(of: id))
      #expect(after.hostnames.map(\.description) == ["shop.example.org"])
    }
  }

  @Test("the log has pages, and says how many lines there are")
  func log() throws {
    try DeskFixture.with { fixture in
      for name in ["a.test", "b.test"] { _ = try fixture.addZone(name) }
      let path = "/accounts/\(fixture.account.id)/audit_logs?per_page=1&page="
      var seen: [String] = []
      for page in 1...4 {
        let reply = try fixture.ask(.get, path + "\(page)")
        #expect(reply.body["result_info"]?["total_count"] == .integer(3))
        seen += reply.result.elements.compactMap { $0["action"]?.text }
      }
      #expect(seen == ["zone.create", "zone.create", "account.create"])
      #expect(try fixture.ask(.get, path + "1000000").result == .array([]))
    }
  }

  @Test("a path that is not there has code 7003, and a method that is not there says which are")
  func routes() throws {
    try DeskFixture.with { fixture in
      let id = try fixture.addZone()
      for path in ["/nothing", "/zones/xyz", "/zones/\(id)/rulesets", "/zones/\(id)/dns_records/x"]
      {
        let reply = try fixture.ask(.get, path)
        #expect(reply.status == 404 && reply.code == 7_003, "\(path)")
      }
      #expect(try fixture.ask(.get, "/zones/?name=example.org").result.elements.count == 1)
      #expect(try fixture.ask(.put, "/zones").status == 405)
      #expect(try fixture.ask(.post, "/zones", "{").code == 6_007)
    }
  }

  @Test("DNSSEC is switched on with the DS record for the zone above, and off") func signing()
    throws
  {
    try DeskFixture.with { fixture in
      let id = try fixture.addZone()
      let path = "/zones/\(id)/dnssec"
      #expect(try fixture.ask(.get, path).result["status"] == .string("disabled"))
      #expect(try fixture.ask(.patch, path, #"{"status": "on"}"#).pointers == ["/status"])
      #expect(try fixture.ask(.patch, path, #"{"status": "active"}"#).status == 200)
      let on = try fixture.ask(.get, path).result
      #expect(on["ds"]?.text?.hasPrefix("example.org. 3600 IN DS ") == true)
      #expect(
        try fixture.ask(.patch, path, #"{"status": "disabled"}"#).result["status"]
          == .string("disabled"))
    }
  }

  @Test("settings are read and changed one by one") func settings() throws {
    try DeskFixture.with { fixture in
      let path = "/zones/\(try fixture.addZone())/settings"
      #expect(try fixture.ask(.get, path).result.elements.count == 3)
      let changed = try fixture.ask(.patch, "\(path)/min_tls_version", #"{"value": "1.3"}"#)
      #expect(changed.result["value"] == .string("1.3"))
      #expect(
        try fixture.ask(.patch, "\(path)/min_tls_version", #"{"value": "1.1"}"#).pointers == [
          "/value"
        ])
      #expect(
        try fixture.ask(.patch, "\(path)/always_use_https", #"{"value": "on"}"#).pointers == [
          "/value"
        ])
      #expect(try fixture.ask(.get, "\(path)/nothing").code == 7_003)
    }
  }

  @Test("a purge is handed on as the operator's API takes it, and its faults name their fields")
  func purges() throws {
    try DeskFixture.with { fixture in
      let path = "/zones/\(try fixture.addZone())/purge_cache"
      #expect(try fixture.ask(.post, path, #"{"purge_everything": true}"#).status == 200)
      #expect(try fixture.ask(.post, path, #"{"tags": ["a", "b"]}"#).status == 200)
      for (json, pointer) in [
        (#"{"purge_everything": false}"#, "/purge_everything"), (#"{"files": []}"#, "/files"),
        (#"{"hosts": "x"}"#, "/hosts"), (#"{"prefixes": ["example.org/a?b"]}"#, "/prefixes/0"),
        ("{}", ""),
      ] {
        let reply = try fixture.ask(.post, path, json)
        #expect(reply.status == 400 && reply.pointers == [pointer], "\(json): \(reply.text)")
      }
    }
  }
}

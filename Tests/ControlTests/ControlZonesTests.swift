// Zones through the API.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Runtime
import Testing
import Zones

@Suite("Control: zones") struct ControlZonesTests {
  private static let origin = #""origins": [{"url": "http://127.0.0.1:3000"}]"#

  @Test("a zone is made, shown, changed and removed, and each change is published once")
  func life() async throws {
    try await ControlServer.with { server in
      let made = try await server.ask(.put, "/v1/zones/a.example", "{\(Self.origin)}")
      #expect(made.status == 201)
      #expect(made.result["name"] == .string("a.example"))
      let changed = try await server.ask(.patch, "/v1/zones/a.example", #"{"weight": 5}"#)
      #expect(changed.result["weight"] == .integer(5))
      let shown = try await server.ask(.get, "/v1/zones/A.Example")
      #expect(shown.result == changed.result)
      let same = try await server.ask(.patch, "/v1/zones/a.example", #"{"weight": 5}"#)
      #expect(same.status == 200)
      let removed = try await server.ask(.delete, "/v1/zones/a.example")
      #expect(removed.result["removed"] == .string("a.example"))
      #expect(try await server.ask(.get, "/v1/zones/a.example").status == 404)
      let kinds = server.backend.published.flatMap { $0.changes.map(\.kind) }
      #expect(kinds == [.added, .changed, .removed])
    }
  }

  @Test("where no country is known, a change is told by whose zone countries count in keys")
  func countries() async throws {
    try await ControlServer.with { server in
      let body = "{\(Self.origin), \"cache\": {\"key\": {\"country\": true}}}"
      let made = try await server.ask(.put, "/v1/zones/a.example", body)
      #expect(made.status == 201)
      #expect(made.notes.count == 1 && made.notes[0].contains("keys of a.example"))
      let key = #""key": {"country": true}"#
      let rule = "{\"cache\": {\"key\": null, \"rules\": [{\"paths\": [\"/x\"], \(key)}]}}"
      #expect(try await server.ask(.patch, "/v1/zones/a.example", rule).notes.count == 1)
      let zones = "{\"zones\": [{\"name\": \"b.example\", \(body.dropFirst())]}"
      #expect(try await server.ask(.post, "/v1/apply", zones).notes[0].contains("b.example"))
      let none = #"{"cache": {"rules": []}}"#
      #expect(try await server.ask(.patch, "/v1/zones/a.example", none).notes.isEmpty)
      server.backend.state.withLock { $0.knowsCountries = true }
      #expect(try await server.ask(.patch, "/v1/zones/a.example", rule).notes.isEmpty)
    }
  }

  @Test("a key that is given twice is one fault among the others, and changes nothing")
  func repeats() async throws {
    let one = ConfigurationValue.integer(1)
    let origins = ConfigurationValue.array([.object([("url", .string("http://127.0.0.1:3000"))])])
    let zone = ConfigurationValue.object([
      ("name", .string("a.example")), ("origins", origins), ("weight", one), ("weight", one),
      ("surprise", one),
    ])
    let path = "/v1/zones/a.example"
    try await ControlServer.with { server in
      let put = try await server.send(.put, path, zone)
      #expect(put.status == 422 && Set(put.faults.map(\.path)) == ["weight", "surprise"])
      #expect(put.faults.first { $0.path == "weight" }?.position?.line == 1)
      let zones = ConfigurationValue.object([("zones", .array([zone]))])
      let apply = try await server.send(.post, "/v1/apply", zones)
      #expect(apply.status == 422)
      #expect(Set(apply.faults.map(\.path)) == ["zones[0].weight", "zones[0].surprise"])
      #expect(try await server.ask(.get, path).status == 404)
      #expect(try await server.ask(.put, path, "{\(Self.origin)}").status == 201)
      let fields = ConfigurationValue.object([("A", .string("1")), ("A", .string("2"))])
      for (patch, paths) in [
        ([("weight", one), ("weight", one)], ["weight"]),
        ([("responseFields", fields)], ["responseFields.A"]),
        ([("weight", one), ("weight", one), ("paused", one)], ["weight", "paused"]),
      ] {
        let patched = try await server.send(.patch, path, .object(patch))
        #expect(patched.status == 422 && patched.faults.map(\.path) == paths)
      }
      let purge = ConfigurationValue.object(
        [("everything", true), ("everything", true)].map {
          ($0.0, .bool($0.1))
        })
      #expect(try await server.send(.post, path + "/purge", purge).status == 422)
    }
  }

  @Test("every fault of a zone is named at once, with its path, and nothing is changed")
  func faults() async throws {
    try await ControlServer.with { server in
      let answer = try await server.ask(
        .put, "/v1/zones/a.example",
        #"{"origins": [{"url": "gopher://x"}], "weight": 0, "surprise": 1}"#)
      #expect(answer.status == 422)
      #expect(Set(answer.faults.map(\.path)).isSuperset(of: ["weight", "surprise"]))
      #expect(answer.faults.contains { $0.path.hasPrefix("origins[0].url") })
      #expect(answer.faults.allSatisfy { $0.code == .invalid && $0.message.hasSuffix(".") })
      #expect(try await server.ask(.get, "/v1/zones/a.example").status == 404)
      #expect(server.backend.published.isEmpty)
    }
  }

  @Test("If-None-Match: * makes only, If-Match changes only what is as it was read")
  func conditions() async throws {
    try await ControlServer.with { server in
      let isNew = [("If-None-Match", "*")]
      let body = "{\(Self.origin)}"
      #expect(try await server.ask(.put, "/v1/zones/a.example", body, fields: isNew).status == 201)
      let again = try await server.ask(.put, "/v1/zones/a.example", body, fields: isNew)
      #expect(again.status == 412)
      #expect(again.faults[0].code == .preconditionFailed)
      let stale = [("If-Match", "\"0\"")]
      let refused = try await server.ask(
        .patch, "/v1/zones/a.example", #"{"weight": 2}"#, fields: stale)
      #expect(refused.status == 412)
      let head = try await server.raw(
        "GET /v1/zones/a.example HTTP/1.1\nHost: x\n\(ControlServer.authorization)\n"
          + "Connection: close\n\n")
      let line = try #require(head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") })
      let tag = [("If-Match", String(line.dropFirst(6)))]
      #expect(
        try await server.ask(.patch, "/v1/zones/a.example", #"{"weight": 2}"#, fields: tag).status
          == 200)
      #expect(
        try await server.ask(.delete, "/v1/zones/a.example", fields: tag).status == 412)
    }
  }

  @Test("a patch merges response fields that are given as an object, by name in any case")
  func responseFields() async throws {
    try await ControlServer.with { server in
      _ = try await server.ask(
        .put, "/v1/zones/a.example",
        "{\(Self.origin), \"responseFields\": [{\"name\": \"X-One\", \"value\": \"1\"}]}")
      _ = try await server.ask(
        .patch, "/v1/zones/a.example", #"{"responseFields": {"X-Two": "2"}}"#)
      let answer = try await server.ask(
        .patch, "/v1/zones/a.example", #"{"responseFields": {"x-one": null, "X-Two": "3"}}"#)
      let fields = answer.result["responseFields"]?.elements ?? []
      #expect(fields == [.object([("name", .string("X-Two")), ("value", .string("3"))])])
    }
  }

  @Test("the name in the address and the one in the tree must be one")
  func names() async throws {
    try await ControlServer.with { server in
      let answer = try await server.ask(
        .put, "/v1/zones/a.example", "{\"name\": \"b.example\", \(Self.origin)}")
      #expect(answer.status == 422)
      #expect(answer.faults[0].path == "name")
    }
  }

  @Test("lists come in pages that lead from one to the next")
  func pages() async throws {
    try await ControlServer.with { server in
      for name in ["c.example", "a.example", "b.example"] {
        _ = try await server.ask(.put, "/v1/zones/\(name)", "{\(Self.origin)}")
      }
      let first = try await server.ask(.get, "/v1/zones?limit=2").result
      #expect(first["zones"]?.elements.map { $0["name"]?.text } == ["a.example", "b.example"])
      let next = try #require(first["next"]?.text)
      let second = try await server.ask(.get, "/v1/zones?limit=2&after=\(next)&complete=true")
      #expect(second.result["zones"]?.elements.map { $0["name"]?.text } == ["c.example"])
      #expect(second.result["zones"]?.elements[0]["cache"] != nil)
      #expect(second.result["next"] == nil)
    }
  }

  @Test("applying says what it does, does it once, and removes only when told to prune")
  func apply() async throws {
    try await ControlServer.with { server in
      let zones = """
        {"zones": [{"name": "a.example", \(Self.origin)}, {"name": "b.example", \(Self.origin)}]
        """
      let dry = try await server.ask(.post, "/v1/apply", zones + #", "dryRun": true}"#)
      #expect(dry.result["added"]?.elements.count == 2)
      #expect(server.backend.published.isEmpty)
      _ = try await server.ask(.post, "/v1/apply", zones + "}")
      #expect(server.backend.published.map(\.changes.count) == [2])
      let again = try await server.ask(.post, "/v1/apply", zones + "}")
      #expect(again.result["unchanged"] == .integer(2))
      #expect(server.backend.published.count == 1)
      let changed = try await server.ask(
        .post, "/v1/apply",
        "{\"zones\": [{\"name\": \"a.example\", \"weight\": 3, \(Self.origin)}], \"prune\": true}")
      let expected = ConfigurationValue.object([
        ("name", .string("a.example")), ("keys", .array([.string("weight")])),
      ])
      #expect(changed.result["changed"] == .array([expected]))
      #expect(changed.result["removed"] == .array([.string("b.example")]))
    }
  }

  @Test("a document with faults is refused whole, and each fault says which zone it is in")
  func applyFaults() async throws {
    try await ControlServer.with { server in
      let answer = try await server.ask(
        .post, "/v1/apply",
        """
        {"zones": [{"name": "a.example", \(Self.origin)}, {"name": "b.example", "origins": []}],
         "prun": true}
        """)
      #expect(answer.status == 422)
      #expect(Set(answer.faults.map(\.path)) == ["prun", "zones[1].origins"])
      #expect(answer.faults.allSatisfy { $0.position != nil })
      #expect(try await server.ask(.get, "/v1/zones").result["zones"]?.elements.count == 0)
    }
  }

  @Test("a hostname of another zone is refused, and the fault names that zone")
  func conflict() async throws {
    try await ControlServer.with { server in
      _ = try await server.ask(.put, "/v1/zones/a.example", "{\(Self.origin)}")
      let answer = try await server.ask(
        .post, "/v1/apply",
        "{\"zones\": [{\"name\": \"example\", \"hostnames\": [\"a.example\"], \(Self.origin)}]}")
      #expect(answer.status == 422)
      #expect(answer.faults[0].path == "zones[0].hostnames[0]")
      #expect(answer.faults[0].message.contains("a.example"))
    }
  }

  @Test("changes that come at once are published one after the other, in order")
  func order() async throws {
    try await ControlServer.with { server in
      let folder = server.folder
      let requests = (0..<20).map { number -> String in
        let body = "{\(Self.origin)}"
        return "PUT /v1/zones/z\(number).example HTTP/1.1\r\nHost: x\r\n"
          + "\(ControlServer.authorization)\r\nConnection: close\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
      }
      let statuses = await ControlRuntime.blocking { ControlFlood.send(requests, to: folder) }
      #expect(statuses.filter { $0 == 201 }.count == 20)
      let sequences = server.backend.published.map(\.sequence)
      #expect(sequences.count == 20)
      #expect(sequences == sequences.sorted())
    }
  }

  @Test("a purge is numbered with the changes and published, or refused with every fault")
  func purge() async throws {
    try await ControlServer.with { server in
      _ = try await server.ask(.put, "/v1/zones/a.example", "{\(Self.origin)}")
      let purged = try await server.ask(
        .post, "/v1/zones/A.example/purge", #"{"tags": ["a", "b"], "soft": true}"#)
      #expect(purged.status == 200)
      #expect(purged.result["sequence"] == .integer(2) && purged.result["items"] == .integer(2))
      #expect(purged.result["zone"]?.text == "a.example" && purged.result["soft"]?.flag == true)
      let last = server.backend.published.last
      #expect(last?.sequence == 2 && last?.changes.map(\.kind) == [.purged])
      let work = server.backend.state.withLock { $0.charged }
      #expect(work.map(\.zone) == last?.changes.map(\.zone), "the zone pays")
      #expect(work.allSatisfy { $0.ledger.ticks > 0 })
      let refused = try await server.ask(
        .post, "/v1/zones/a.example/purge", #"{"urls": ["b.example/"], "tags": [","], "x": 1}"#)
      #expect(refused.status == 422)
      #expect(refused.faults.map(\.path).sorted() == ["tags[0]", "urls[0]", "x"])
      #expect(server.backend.published.count == 2)
      let unknown = try await server.ask(
        .post, "/v1/zones/c.example/purge", #"{"everything": true}"#)
      #expect(unknown.status == 404)
      #expect(try await server.ask(.get, "/v1/zones/a.example/purge").status == 405)
      #expect(try await server.ask(.post, "/v1/zones//purge", "{}").status == 404)
    }
  }
}

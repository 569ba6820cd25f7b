// The edge's own state through the API.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Runtime
import Testing

@Suite("Control: the edge") struct ControlEdgeTests {
  @Test("status tells of the edge, its loops and its store")
  func status() async throws {
    try await ControlServer.with { server in
      let status = try await server.ask(.get, "/v1/status").result
      #expect(status["version"] == .string("1.2.3"))
      #expect(status["zones"] == .integer(0))
      #expect(status["store"]?["state"] == .string("sound"))
      #expect(status["store"]?["directory"] == .string("\(server.folder)/zones"))
      #expect(status["loops"]?.elements[0]["cpu"] == .integer(0))
      #expect(status["notes"] == .array([.string("a note")]))
    }
  }

  @Test("the ledger has the zones with the most CPU first, and tells how many are left out")
  func ledger() async throws {
    try await ControlServer.with { server in
      server.backend.state.withLock { state in
        state.reading = UsageFixture.reading(
          at: 1, cpu: 1_000, [("quiet", 10), ("loud", 700), ("middle", 90)])
      }
      let full = LedgerReading(try await server.ask(.get, "/v1/ledger").result)
      #expect(full.zones.map(\.name) == ["loud", "middle", "quiet"])
      #expect(full.zones[0].cpuNanoseconds == 700_000_000)
      let short = try await server.ask(.get, "/v1/ledger?limit=1").result
      #expect(short["omittedZones"] == .integer(2))
      #expect(short["zones"]?.elements.count == 1)
      let one = try await server.ask(.get, "/v1/ledger?zone=Quiet").result
      #expect(one["zones"]?.elements.map { $0["name"]?.text } == ["quiet"])
    }
  }

  @Test("a reading is the same after its way through JSON")
  func roundTrip() async throws {
    try await ControlServer.with { server in
      var reading = UsageFixture.reading(at: 3, cpu: 500, [("a", 5)])
      reading.longJobs = [LongJobFact(lane: "a", loop: "loop-0", nanoseconds: 3_000_000)]
      reading.longJobCount = 9
      reading.zones[0].waits = UsageFixture.waits
      let expected = reading
      server.backend.state.withLock { $0.reading = expected }
      let read = LedgerReading(try await server.ask(.get, "/v1/ledger").result)
      #expect(read == expected)
    }
  }

  @Test("slow tells of one zone what it waited for, and refuses one that is not there")
  func slowZone() async throws {
    try await ControlServer.with { server in
      _ = try await server.ask(
        .put, "/v1/zones/idle.example", #"{"origins": [{"url": "http://127.0.0.1:1"}]}"#)
      let expected = UsageFixture.waits
      server.backend.state.withLock { state in
        state.reading = UsageFixture.reading(at: 3, cpu: 500, [("a", 5), ("b", 6)])
        state.reading.zones[1].waits = expected
      }
      let answer = try await server.ask(.get, "/v1/slow?zone=B").result
      #expect(answer["zone"] == .string("b"))
      #expect(answer["waits"].map { ZoneWaits($0) } == expected)
      for name in ["a", "idle.example"] {
        let answer = try await server.ask(.get, "/v1/slow?zone=\(name)").result
        #expect(answer["waits"].map { ZoneWaits($0) } == ZoneWaits())
      }
      #expect(try await server.ask(.get, "/v1/slow?zone=none.example").status == 404)
      #expect(try await server.ask(.get, "/v1/slow?limit=1").status == 400)
    }
  }

  @Test("while another process takes over, changes are refused and nothing is written")
  func succeeded() async throws {
    try await ControlServer.with { server in
      server.backend.state.withLock { $0.acceptsChanges = false }
      let answer = try await server.ask(.delete, "/v1/zones/a.example")
      #expect(answer.status == 503)
      #expect(server.backend.published.isEmpty)
    }
  }

  @Test("upgrade and stop are passed on, and a refused upgrade says why")
  func upgradeAndStop() async throws {
    try await ControlServer.with { server in
      let upgraded = try await server.ask(.post, "/v1/upgrade").result
      #expect(upgraded["processID"] == .integer(7))
      let refusal = ControlRefusal(500, .refused, "The new process did not come up.")
      server.backend.state.withLock { $0.upgrade = .failure(refusal) }
      let refused = try await server.ask(.post, "/v1/upgrade")
      #expect(refused.faults == refusal.faults)
      #expect(try await server.ask(.post, "/v1/stop").status == 202)
      #expect(try await server.ask(.get, "/v1/status").status == 200)
      #expect(server.backend.stops == 1)
    }
  }

  @Test("the store is checked and exported while it is in use")
  func store() async throws {
    try await ControlServer.with { server in
      _ = try await server.ask(
        .put, "/v1/zones/a.example", #"{"origins": [{"url": "http://127.0.0.1:1"}]}"#)
      let check = try await server.ask(.post, "/v1/store/check").result
      #expect(check["sound"] == .bool(true))
      #expect(check["records"]?.number ?? 0 > 0)
      let export = try await server.ask(.post, "/v1/store/export").result
      #expect(export["zones"] == .integer(1))
      #expect(export["path"] == .string("\(server.folder)/zones/zones.export"))
    }
  }

  @Test("more requests at once than the bound are told to come again, and none is lost")
  func flood() async throws {
    try await ControlServer.with { server in
      let request =
        "GET /v1/status HTTP/1.1\r\nHost: x\r\n\(ControlServer.authorization)\r\n"
        + "Connection: close\r\n\r\n"
      let count = ControlLimits.concurrentRequests * 3
      let requests = Array(repeating: request, count: count)
      let folder = server.folder
      let statuses = await ControlRuntime.blocking { ControlFlood.send(requests, to: folder) }
      #expect(statuses.count == count)
      #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 })
      #expect(statuses.contains(200))
      let after = try await server.ask(.get, "/v1/status")
      #expect(after.status == 200)
    }
  }

  @Test(
    "the address of an edge is a path, an address or a name with a port",
    arguments: [
      ("run/control.sock", .path("run/control.sock")), ("sock", .path("sock")),
      ("./a:1", .path("./a:1")), ("localhost:9000", .host("localhost", port: 9_000)),
      ("127.0.0.1:9000", .socket(SocketAddress(ipv4: 127, 0, 0, 1, port: 9_000))),
      ("a:b", .path("a:b")), ("", nil),
    ] as [(String, ControlAddress?)])
  func addresses(text: String, expected: ControlAddress?) {
    #expect(ControlAddress(text) == expected)
  }

  @Test("a command that finds no edge says so, and one that may not connect says that")
  func unreachable() async throws {
    let token = ControlToken(ControlServer.token)
    let client = ControlClient(address: .path("/nonexistent/control.sock"), token: token)
    #expect { try client.send(.get, "/v1/status") } throws: { error in
      "\(error)".contains("/nonexistent/control.sock") && "\(error)".contains("skerry edge")
    }
  }
}

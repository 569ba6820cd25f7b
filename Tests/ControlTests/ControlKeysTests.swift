// Keys of signed zones through the API.

import ConfigurationTree
import Control
import HTTP
import Primitives
import Testing
import Zones

@Suite("Control: keys of zones") struct ControlKeysTests {
  private static let path = "/v1/zones/a.example/dnssec"
  private static let zone = #"""
    {"origins": ["http://127.0.0.1:3000"], "dnssec": true,
     "records": [{"name": "@", "type": "NS", "content": "ns.example.net."}]}
    """#

  private static func phases(_ answer: ControlClient.Answer) -> [String] {
    (answer.result["rollovers"]?.elements ?? []).map {
      "\($0["kind"]?.text ?? "") \($0["phase"]?.text ?? "")"
    }
  }

  @Test("keys are shown, replaced and given back, and each change is published once")
  func life() async throws {
    try await ControlServer.with { server in
      #expect(try await server.ask(.put, "/v1/zones/a.example", Self.zone).status == 201)
      let first = try await server.ask(.get, Self.path)
      #expect(Self.phases(first) == ["securing submit"])
      #expect(first.result["parentAskedAt"]?.number != nil)
      let key = try #require(first.result["keys"]?.elements.first)
      #expect(key["role"]?.text == "CSK" && key["state"]?.text == "ready")
      #expect(key["ds"]?.text?.contains(" 13 2 ") == true)
      let told = try await server.ask(.post, Self.path, #"{"parentHas": "ds"}"#)
      #expect(told.status == 200 && Self.phases(told) == [])
      #expect(told.result["keys"]?.elements.first?["state"]?.text == "active")
      let rolled = try await server.ask(.post, Self.path, #"{"roll": "CSK"}"#)
      #expect(Self.phases(rolled) == ["csk publish"])
      #expect(rolled.result["keys"]?.elements.count == 2)
      #expect(rolled.result["nextStepAt"]?.number != nil)
      #expect(server.backend.published.flatMap(\.changes).count == 3)
      let off = try await server.ask(.patch, "/v1/zones/a.example", #"{"dnssec": false}"#)
      #expect(off.status == 200)
      let leaving = try await server.ask(.get, Self.path)
      #expect(leaving.result["dnssec"]?.flag == false)
      #expect(Self.phases(leaving) == ["csk publish", "unsigning submit"])
      let forgotten = try await server.ask(.post, Self.path, #"{"forget": true}"#)
      #expect(forgotten.result["keys"]?.elements.isEmpty == true)
    }
  }

  @Test("what is said of the zone above is compared with what a resolver says, which is told")
  func verified() async throws {
    try await ControlServer.with { server in
      let zone = "/v1/zones/a.example"
      #expect(try await server.ask(.put, zone, Self.zone).status == 201)
      let said = #"{"parentHas": "ds"}"#
      for (answer, expected) in [
        (
          ParentAnswer.delegations([[0, 9, 13, 2, 7]]), "the zone above a.example has DS 9 13 2 07"
        ),
        (.delegations([]), "the zone above a.example has no DS record"),
        (.unknown, "no resolver tells which DS records the zone above a.example has"),
      ] {
        server.backend.state.withLock { $0.delegations["a.example"] = answer }
        let refused = try await server.ask(.post, Self.path, said)
        #expect(refused.status == 422 && refused.faults.map(\.path) == ["parentHas"])
        #expect(refused.faults.contains { $0.message.contains(expected) }, "\(refused.faults)")
        #expect(refused.faults.contains { $0.message.contains("--check-parent false") })
      }
      #expect(server.backend.published.count == 1)
      // Whoever has it asked by nobody is believed.
      let policy = #"{"dnssecKeys": {"checkParent": false}}"#
      #expect(try await server.ask(.patch, zone, policy).status == 200)
      #expect(Self.phases(try await server.ask(.post, Self.path, said)) == [])
      #expect(try await server.ask(.delete, zone).status == 422)
    }
  }

  @Test(
    "what can't be done is refused with the reason",
    arguments: [
      (#"{}"#, "asks for nothing"), (#"{"roll": "ksk"}"#, "has no KSK"),
      (#"{"roll": "rsa"}"#, "Write zsk, ksk or csk"),
      (#"{"parentHas": "keys"}"#, "Write ds"),
      (#"{"parentHas": "none"}"#, "DS records are waited for"),
      (#"{"roll": "csk", "forget": true}"#, "several things"),
      (#"{"forget": true}"#, "is to be signed"), (#"{"rol": "csk"}"#, "roll"),
    ])
  func refusals(body: String, expected: String) async throws {
    try await ControlServer.with { server in
      #expect(try await server.ask(.put, "/v1/zones/a.example", Self.zone).status == 201)
      let refused = try await server.ask(.post, Self.path, body)
      #expect(refused.status == 422)
      #expect(refused.faults.contains { $0.message.contains(expected) }, "\(refused.faults)")
      #expect(server.backend.published.count == 1)
      #expect(try await server.ask(.post, "/v1/zones/b.example/dnssec", body).status == 404)
    }
  }
}

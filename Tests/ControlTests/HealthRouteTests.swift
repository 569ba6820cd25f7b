// How the addresses of a zone's records are, for the operator.

import ConfigurationTree
import Control
import HTTP
import Testing

@testable import skerry

@Suite("Control: the health of records") struct HealthRouteTests {
  @Test("the route names a zone, and only tells") func route() async throws {
    try await ControlServer.with { server in
      let known = try await server.ask(.get, "/v1/zones/a.test/health")
      #expect(known.status == 200 && known.result["zone"] == .string("a.test"))
      #expect(try await server.ask(.get, "/v1/zones/none.test/health").status == 404)
      #expect(try await server.ask(.post, "/v1/zones/a.test/health").status == 405)
    }
  }

  @Test("each address stands in a line, with the reason where it is left out") func text() {
    func record(_ more: [(String, ConfigurationValue)]) -> ConfigurationValue {
      .object(
        [
          ("name", .string("www.a.test")), ("address", .string("192.0.2.1")),
          ("check", .string("http 80 /up")),
        ] + more)
    }
    let text = DNSHealthCommand.text(
      .object([
        ("zone", .string("a.test")),
        (
          "records",
          .array([
            record([
              ("state", .string("well")), ("seconds", .integer(61)),
              ("finding", .string("status 200")),
            ]),
            record([
              ("state", .string("ill")), ("finding", .string("status 503")),
              ("successesNeeded", .integer(4)),
            ]),
            record([("state", .string("unknown"))]),
          ])
        ),
      ]))
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines.count == 4 && lines[0] == "NAME ADDRESS CHECK STATE FOR LAST CHECK")
    #expect(lines[1].hasPrefix("www.a.test 192.0.2.1 http 80 /up well"))
    #expect(lines[1].hasSuffix("status 200"))
    #expect(lines[2].hasSuffix("ill - status 503; back after 4 good ones"))
    #expect(lines[3].hasSuffix("unknown - -"))
    let none = DNSHealthCommand.text(
      .object([("zone", .string("a.test")), ("records", .array([]))]))
    #expect(none == "No records of a.test have a healthCheck.\n")
  }
}

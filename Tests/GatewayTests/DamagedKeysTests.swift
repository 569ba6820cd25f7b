// Zones whose keys can't be read.

import ConfigurationTree
import NameService
import Primitives
import Testing
import Zones

@testable import Gateway

@Suite struct DamagedKeysTests {
  @Test func `a zone whose keys are damaged serves HTTP, and the status names it`() async throws {
    let edge = try TestEdge()
    let tree: ConfigurationValue = .object([
      ("name", .string("a.example")), ("origins", .array([.string("http://127.0.0.1:9")])),
      ("redirectToHTTPS", .bool(false)), ("dnssec", .bool(true)),
      (
        "records",
        .array([
          .object([
            ("name", .string("@")), ("type", .string("NS")),
            ("content", .string("ns.example.net.")),
          ])
        ])
      ),
      (
        "responseFields",
        .array([.object([("name", .string("X-Rev")), ("value", .string("served"))])])
      ),
    ])
    var decoder = ConfigurationDecoder()
    let decoded = ZoneConfiguration.decode(tree, &decoder) { _ in ZoneID(high: 1, low: 1) }
    var zone = try #require(decoded)
    // Without a certificate nothing is redirected by a file of zones; the answer tells the same.
    zone.redirectsToHTTPS = true
    zone.damagedKeys = [1, 2, 3]
    try await edge.change(.put(zone))
    #expect(await edge.ask("a.example").mark == "served")
    let directory = edge.edge.directory
    let failure = await SharedLoops.on(directory.loop) { directory.lastFailure }
    #expect(failure?.hasPrefix("a.example can't be signed") == true)
    let isUnanswerable = await edge.on(0) { gateway in
      gateway.zones.values.compactMap(\.snapshot.records).map(\.isUnanswerable)
    }
    #expect(isUnanswerable == [true])
  }
}

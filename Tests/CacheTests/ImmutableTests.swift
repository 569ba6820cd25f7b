// What never changes while it is fresh (RFC 8246).

import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@testable import Cache

@Suite("Immutable responses")
struct ImmutableTests {
  /// Outcomes of a request and of one with `fields` after it, and how often the origin was asked.
  private func outcomes(
    _ control: String, _ fields: [(String, String)], scheme: RequestHead.Scheme = .https,
    edgeSeconds: Int? = nil
  ) async -> (Reply, Int) {
    let origin = TestOrigin([
      Answer(fields: [("Cache-Control", control), ("ETag", "\"1\"")], body: "x"),
      Answer(status: 304, fields: [("ETag", "\"1\"")]),
    ])
    let cache = TestCache(origin)
    cache.configuration.settings.edgeSeconds = edgeSeconds
    let reply = await SharedLoops.run { lane in
      var last = Reply()
      for fields in [[], fields] {
        let client = TestClient("GET", "/", fields, on: lane)
        client.exchange.request.scheme = scheme
        client.begin(cache.stage(on: lane))
        await lane.wait { client.isDone }
        last = client.reply
      }
      return last
    }
    return (reply, origin.count)
  }

  @Test(
    "a reload of what is fresh does not reach the origin",
    arguments: [
      [("Cache-Control", "max-age=0")],
      [("Cache-Control", "max-age=0"), ("If-None-Match", "\"1\"")],
    ])
  func reload(_ fields: [(String, String)]) async {
    let (reply, count) = await outcomes("max-age=600, immutable", fields)
    #expect(count == 1 && reply.outcome == .hit && reply.status == (fields.count == 1 ? 200 : 304))
    let (_, changing) = await outcomes("max-age=600", fields)
    #expect(changing == 2)
  }

  @Test(
    "a forced reload does, and so does one of what is stale",
    arguments: [
      ("max-age=600, immutable", [("Cache-Control", "no-cache")]),
      ("max-age=600, immutable", [("Pragma", "no-cache")]),
      ("max-age=600, immutable", [("Cache-Control", "no-cache, max-age=0")]),
      ("max-age=600, immutable", [("Cache-Control", "max-age=0, min-fresh=601")]),
      ("max-age=0, immutable", [("Cache-Control", "max-age=0")]),
      ("max-age=600, immutable, no-cache", [("Cache-Control", "max-age=0")]),
    ])
  func forced(_ control: String, _ fields: [(String, String)]) async {
    #expect(await outcomes(control, fields).1 == 2)
  }

  @Test(
    "what may have been forged on its way, or lives longer than its origin says, is not immutable")
  func authenticated() async {
    let fields = [("Cache-Control", "max-age=0")]
    #expect(await outcomes("max-age=600, immutable", fields, scheme: .http).1 == 2)
    #expect(await outcomes("max-age=600, immutable", fields, edgeSeconds: 1_000).1 == 2)
  }
}

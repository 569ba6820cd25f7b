// Requests that the cache passes through, whose memory goes from one to the next.

import Cache
import Exchange
import HTTP
import Primitives
import Runtime
import Testing

@Suite("Passing through")
struct PassTests {
  /// Answers with the request's path; `/fail` fails, `/wait` waits for the gate.
  private static func origin(_ gate: Gate) -> TestOrigin {
    TestOrigin { (fetch, _) throws(Failure) in
      let path = String(decoding: fetch.request.path, as: UTF8.self)
      if path == "/fail" { throw Failure(.connectionRefused) }
      if path.hasPrefix("/wait") { try await gate.pass(fetch.parker) }
      return Answer(fields: [("Cache-Control", "no-store")], body: path).fetched()
    }
  }

  private static func request(_ client: TestClient) -> String {
    let head = client.exchange.request
    let path = String(decoding: head.path, as: UTF8.self)
    return "\(head.method) \(path) \(head.fields.text(.referer) ?? "-")"
  }

  @Test("whatever becomes of a request, it is whole afterwards, and the next one has nothing of it")
  func requests() async {
    let gate = Gate()
    let origin = Self.origin(gate)
    let cache = TestCache(origin)
    let seen = await SharedLoops.run { lane in
      var seen: [String] = []
      for path in ["/answered", "/fail", "/wait", "/wait2", "/last"] {
        let fields = path == "/last" ? [] : [("Referer", path)]
        let client = TestClient("POST", path, fields, on: lane)
        client.begin(cache.stage(on: lane))
        seen.append("\(client.exchange.request.method)")
        if path == "/wait" { client.exchange.abort() }
        if path == "/wait2" { gate.open() }
        await lane.wait { client.isDone }
        seen.append("\(Self.request(client)): \(client.reply.text)")
      }
      return seen
    }
    #expect(
      seen == [
        "post", "post /answered /answered: /answered", "post", "post /fail /fail: ",
        "post", "post /wait /wait: ", "post", "post /wait2 /wait2: /wait2",
        "post", "post /last -: /last",
      ])
    let sent = origin.requests.map { $0.fields.text(.referer) }
    #expect(sent == ["/answered", "/fail", "/wait", "/wait2", nil])
  }

  @Test("what could plant a response does not reach the origin, and stays in the client's request")
  func altered() async {
    let origin = TestOrigin([Answer(fields: [("Cache-Control", "private")], body: "mine")])
    let cache = TestCache(origin)
    let kept = await SharedLoops.run { lane in
      _ = await cache.send(on: lane)
      let client = TestClient("GET", "/", [("X-Original-URL", "/b"), ("Referer", "r")], on: lane)
      client.begin(cache.stage(on: lane))
      await lane.wait { client.isDone }
      return client.exchange.request.fields
    }
    #expect(kept.count == 2 && kept.text(.referer) == "r")
    #expect(origin.requests.last?.fields.count == 1)
    #expect(origin.count == 2)
  }

  @Test("many at once are not mixed up")
  func many() async {
    let gate = Gate()
    let origin = Self.origin(gate)
    let cache = TestCache(origin)
    let replies = await SharedLoops.run { lane in
      var all: [String] = []
      for round in 0..<3 {
        let clients = (0..<100).map { TestClient("PUT", "/wait\(round)-\($0)", on: lane) }
        for client in clients { client.begin(cache.stage(on: lane)) }
        if round == 0 { gate.open() }
        await lane.wait { clients.allSatisfy(\.isDone) }
        all += clients.map(\.reply.text)
      }
      return all
    }
    #expect(replies == (0..<3).flatMap { round in (0..<100).map { "/wait\(round)-\($0)" } })
  }
}

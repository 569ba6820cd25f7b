// Response rate limiting, and what a limited sender is told.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Rates", .serialized)
struct RateTests {
  private static func sent(
    _ rates: inout ResponseRateLimit, kinds: Int, each: Int
  ) -> (whole: Int, truncated: Int) {
    var (whole, truncated) = (0, 0)
    for _ in 0..<each {
      for kind in 0..<kinds {
        switch rates.count(network: 77, zone: UInt64(kind), node: kind, kind: 1, second: 5) {
        case .send: whole += 1
        case .truncate: truncated += 1
        case .drop: break
        }
      }
    }
    return (whole, truncated)
  }

  @Test("like responses have a limit, and all that a network gets has ten times that")
  func variety() {
    var like = ResponseRateLimit(perSecond: 20, secret: 1)
    let one = Self.sent(&like, kinds: 1, each: 1_000)
    #expect(one.whole == 20 && (480...500).contains(one.truncated))
    var all = ResponseRateLimit(perSecond: 20, secret: 1)
    let many = Self.sent(&all, kinds: 1_000, each: 2)
    #expect(many.whole == 200 && (890...910).contains(many.truncated))
  }

  @Test("several loops have the limit together") func loops() {
    var rates = ResponseRateLimit(perSecond: 20, loops: 4, secret: 1)
    #expect(Self.sent(&rates, kinds: 1, each: 100).whole == 5)
  }

  @Test("a truncated reply has OPT, and the cookie that proves the sender from then on")
  func truncated() throws {
    let cookie: [UInt8] = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]
    for options in [nil, [], cookie] as [[UInt8]?] {
      let query = Messages.query(
        "one.test", .a, payload: options == nil ? nil : 1_232, options: options ?? [])
      var responder = Responder(cookies: TestAnswers.cookies)
      let transport = Responder.Transport(
        address: TestAnswers.client, isStream: false, seconds: 1_000_000)
      _ = responder.read(query.span, transport)
      var room = [UInt8](repeating: 0, count: 1_232)
      var span = room.mutableSpan
      let length = responder.truncate(query.span, into: &span)
      let response = try #require(Messages.read(Array(room[..<length])))
      #expect(response.isTruncated && response.code == 0)
      #expect((response.opt != nil) == (options != nil))
      #expect(response.opt?.content.count ?? 0 == (options == cookie ? 28 : 0))
      // Half of the replies are dropped, so that there is no more than was asked.
      #expect(length <= query.count + 16)
    }
  }

  @Test("refusals beyond the limit are truncated as often as they are dropped")
  func refusals() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane, perSecond: 1) else { return "no sockets" }
      defer { test.close() }
      let parker = Parker(on: lane)
      for round in 1...10 {
        for id in 0..<20 { test.send(Messages.query("www.z1.test", .axfr, id: id)) }
        while test.server.sockets[0].datagrams.receivedCount < 20 * UInt64(round) {
          await parker.yield()
        }
      }
      let counters = test.server.counters
      guard counters.truncatedByRate > 60, counters.droppedByRate > 60 else { return "\(counters)" }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("a secret that was rolled is believed once more, and then no longer") func rolled() {
    var generator = SplitMix64(seed: 1)
    let first = ServerCookies(using: &generator)
    let second = first.rolled(using: &generator)
    let third = second.rolled(using: &generator)
    var cookie = InlineArray<24, UInt8>(repeating: 0)
    first.write(
      client: ([1, 2, 3, 4, 5, 6, 7, 8] as [UInt8]).span, address: TestAnswers.client, seconds: 9,
      to: &cookie)
    func isGood(_ cookies: ServerCookies) -> Bool {
      cookies.isOurs(cookie.span, address: TestAnswers.client, seconds: 9)
    }
    #expect(isGood(first) && isGood(second) && !isGood(third))
  }
}

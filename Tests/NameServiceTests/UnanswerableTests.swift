// Zones that are to be signed, and can't be.

import DNS
import Primitives
import Runtime
import TLS
import Testing

@testable import NameService

@Suite("Zones that can't be signed", .serialized)
struct UnanswerableTests {
  /// Nobody signs the zone's keys.
  private static let halfPlan: SigningPlan? = ZoneKey.generate(.ecdsaP256, .zoneSigning).map {
    SigningPlan($0)
  }

  private static func snapshot(_ plan: SigningPlan?, isToBeSigned: Bool) -> NameZoneSnapshot {
    let sound = TestDirectory.snapshot("bad.test", 300)
    return NameZoneSnapshot(
      id: sound.id, image: sound.image, plan: plan, isToBeSigned: isToBeSigned, epoch: 1)
  }

  @Test(
    "they are answered with SERVFAIL, whoever asks for what, over UDP and TCP",
    arguments: [false, true])
  func refused(hasPlan: Bool) async throws {
    let plan = hasPlan ? Self.halfPlan : nil
    #expect(Self.halfPlan != nil)
    let codes = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return []
      }
      defer { test.close() }
      test.directory.transferred["bad"] = Self.snapshot(plan, isToBeSigned: !hasPlan)
      let queries = [
        Messages.query("www.bad.test", .a),
        Messages.query("www.bad.test", .a, payload: 1_232, ttl: [0, 0, 0x80, 0]),
        Messages.query("bad.test", .dnskey), Messages.query("bad.test", .soa),
      ]
      for query in queries { test.send(query) }
      var codes = await test.replies(queries.count).map(\.code)
      for query in queries + [Messages.query("bad.test", .axfr)] {
        stream.send(Messages.word(query.count) + query)
      }
      codes += await stream.replies(queries.count + 1).map(\.code)
      stream.close()
      return codes
    }
    #expect(codes == Array(repeating: 2, count: 9))
  }

  @Test("one that is not to be signed is answered as it is")
  func unsigned() {
    #expect(!Self.snapshot(nil, isToBeSigned: false).isUnanswerable)
    #expect(Self.snapshot(nil, isToBeSigned: true).isUnanswerable)
    #expect(Self.snapshot(Self.halfPlan, isToBeSigned: false).isUnanswerable)
  }
}

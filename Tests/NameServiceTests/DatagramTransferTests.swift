// Queries over UDP that are signed, or for transfers.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Transfers over UDP", .serialized)
struct DatagramTransferTests {
  /// The query signed with `key`.
  private static func signed(
    _ query: [UInt8], _ key: TSIGKey, _ seconds: UInt64
  ) -> [UInt8] {
    guard var session = TSIGSession(key, id: UInt16(query[0]) << 8 | UInt16(query[1])) else {
      return []
    }
    var room = query + [UInt8](repeating: 0, count: session.recordBytes)
    var span = room.mutableSpan
    let length = session.sign(&span, length: query.count, seconds: seconds)
    return Array(room.prefix(length ?? 0))
  }

  private static func ixfr(_ name: String, serial: UInt8, options: [UInt8]? = nil) -> [UInt8] {
    var query = Messages.query(name, .ixfr)
    query[9] = 1
    let content = Messages.wire("a") + Messages.wire("b") + [0, 0, 0, serial]
    query += [0xc0, 12] + Messages.word(6) + Messages.word(1) + [0, 0, 0, 0]
    query += Messages.word(content.count + 16) + content + [UInt8](repeating: 0, count: 16)
    guard let options else { return query }
    query[11] = 1
    query += [0] + Messages.word(41) + Messages.word(512) + [0, 0, 0, 0]
    return query + Messages.word(options.count) + options
  }

  @Test("a signed zone's differences are its SOA at once, and AXFR is refused with a signature")
  func signedZone() async {
    let key = TSIGSessionTests.key()
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.directory.transferred["xfer"] = TransferTests.zone(
        2, key: SigningTests.key, TransferTests.configuration(key: key))
      let now = test.server.seconds
      test.send(Self.signed(Self.ixfr("xfer.test", serial: 1), key, now))
      guard let reply = await test.replies(1).first else { return "nothing" }
      let types = reply.sections[0].map(\.type)
      guard types == [.soa], test.directory.plans.isEmpty, test.server.counters.transfers == 0
      else { return "\(types) \(test.directory.plans.count)" }
      test.send(Self.signed(Messages.query("xfer.test", .axfr), key, now))
      guard let refusal = await test.replies(1).first else { return "nothing" }
      test.send(Messages.query("xfer.test", .axfr))
      guard let plain = await test.replies(1).first else { return "nothing" }
      return "\(refusal.code) \(refusal.sections[2].map(\.type) == [.tsig]) \(plain.code)"
    }
    #expect(outcome == "5 true 5")
  }

  @Test("a SOA that does not fit is a header that says so, with a signature") func narrow() async {
    let (a, b) = (String(repeating: "a", count: 63), String(repeating: "b", count: 51))
    let name = "\(a).\(a).\(a).\(b).xfer.test"
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let apex = try? DomainName(wire: Messages.wire(name).span),
        let keyName = TSIGKey.name(String(repeating: "k", count: 62)),
        let image = try? ZoneCompiler.compile(
          apex: apex, records: [TestAnswers.record(name, .ns, "ns.elsewhere")]
        ).get()
      else { return "no zone" }
      defer { test.close() }
      let key = TSIGKey(name: keyName, algorithm: .sha512, secret: TSIGSessionTests.secret)
      test.directory.transferred["xfer"] = NameZoneSnapshot(
        id: ZoneID(high: 9, low: 8), image: image.with(SerialNumber(7)),
        transfers: TransferTests.configuration(key: key), epoch: 1)
      let query = Self.ixfr(name, serial: 7, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
      guard query.count > 300 else { return "\(query.count)" }
      test.send(Self.signed(query, key, test.server.seconds))
      guard let reply = await test.replies(1).first else { return "nothing" }
      return "\(reply.isTruncated) \(reply.sections[0].count) "
        + "\(reply.sections[2].contains { $0.type == .tsig })"
    }
    #expect(outcome == "true 0 true")
  }

  @Test("only who signs at the right time gets as many responses as he asks for") func rates() async
  {
    let key = TSIGSessionTests.key()
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane, perSecond: 2) else { return "no sockets" }
      defer { test.close() }
      test.directory.transferred["xfer"] = TransferTests.zone(
        2, TransferTests.configuration(key: key))
      let now = test.server.seconds
      test.send(Self.signed(Messages.query("n0.xfer.test", .a, id: 1), key, now))
      _ = await test.replies(1)
      func count(_ signedAt: UInt64) async -> UInt64 {
        let before = test.server.counters
        for id in 0..<40 {
          test.send(Self.signed(Messages.query("n0.xfer.test", .a, id: 256 + id), key, signedAt))
        }
        // The last one is answered whatever came before.
        test.send(Self.signed(Messages.query("n0.xfer.test", .a, id: 9), key, now))
        while await test.replies(1).first?.id != 9 {}
        let after = test.server.counters
        return after.droppedByRate + after.truncatedByRate - before.droppedByRate
          - before.truncatedByRate
      }
      let wrong = await count(now - 10_000)
      let right = await count(now)
      return "\(wrong > 20) \(right)"
    }
    #expect(outcome == "true 0")
  }
}

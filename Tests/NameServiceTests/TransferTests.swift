// Transfers over connections and datagrams, and notifications.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Transfers", .serialized)
struct TransferTests {
  static let loopback = SocketAddress(ipv4: 127, 0, 0, 1, port: 53)

  static func configuration(
    key: TSIGKey? = nil, secondary: SocketAddress = loopback
  ) -> TransferConfiguration {
    var transfers = TransferConfiguration()
    transfers.tsigKeys = key.map { [$0] } ?? []
    transfers.secondaries = [.init(address: secondary, tsigKey: key?.name)]
    return transfers
  }

  /// The zone `xfer.test` with so many names beside the apex, half of them below the other half.
  static func zone(
    _ count: Int, serial: UInt32 = 7, key: ZoneKey? = nil, _ transfers: TransferConfiguration,
    epoch: UInt64 = 1
  ) -> NameZoneSnapshot {
    var records = [
      TestAnswers.record("xfer.test", .ns, "ns.xfer.test"),
      TestAnswers.record("sub.xfer.test", .ns, "ns.sub.xfer.test"),
      TestAnswers.record("ns.sub.xfer.test", .a, [192, 0, 2, 1]),
      TestAnswers.record("*.wild.xfer.test", .mx, [0, 1] + Messages.wire("b.xfer.test")),
    ]
    for number in 0..<count {
      records.append(
        TestAnswers.record("n\(number).xfer.test", .a, [10, 0, 0, UInt8(number % 256)]))
      records.append(
        TestAnswers.record("x.n\(number).xfer.test", .txt, [4] + Array("text".utf8)))
    }
    // These records are a zone.
    guard let apex = TSIGKey.name("xfer.test"),
      let image = try? ZoneCompiler.compile(apex: apex, records: records).get()
    else { preconditionFailure("no zone") }
    return NameZoneSnapshot(
      id: ZoneID(high: 9, low: 9), image: image.with(SerialNumber(serial)),
      plan: key.map { SigningPlan($0) },
      transfers: transfers, epoch: epoch)
  }

  private static func framed(_ query: [UInt8]) -> [UInt8] { Messages.word(query.count) + query }

  private static func ixfr(_ serial: UInt32) -> [UInt8] {
    var query = Messages.query("xfer.test", .ixfr)
    query[9] = 1
    let soa = Messages.wire("a") + Messages.wire("b")
    let numbers = Messages.word(Int(serial >> 16)) + Messages.word(Int(serial & 0xffff))
    let content = soa + numbers + [UInt8](repeating: 0, count: 16)
    query += Messages.wire("xfer.test") + Messages.word(6) + Messages.word(1) + [0, 0, 0, 0]
    return query + Messages.word(content.count) + content
  }

  /// The records that come for a query, until the SOA comes again; and their messages.
  private static func records(
    _ stream: TestStream, until count: Int
  ) async -> (records: [Messages.Record], messages: Int, code: Int) {
    var (records, messages): ([Messages.Record], Int) = ([], 0)
    while records.filter({ $0.type == .soa }).count < count {
      guard let reply = await stream.replies(1).first else { break }
      messages += 1
      guard reply.code == 0, !reply.sections[0].isEmpty else {
        return (records, messages, reply.code)
      }
      records += reply.sections[0]
    }
    return (records, messages, 0)
  }

  @Test("a zone comes whole, in several messages, while it changes", arguments: [0, 3, 3_000])
  func whole(count: Int) async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      let snapshot = Self.zone(count, Self.configuration())
      test.directory.transferred["xfer"] = snapshot
      stream.send(Self.framed(Messages.query("xfer.test", .axfr)))
      if count > 1_000 { await lane.wait { test.server.transfers.count > 0 } }
      // What changes now is not in it.
      test.server.apply(
        snapshot.id, Self.zone(1, serial: 8, Self.configuration(), epoch: 2))
      let (records, messages, code) = await Self.records(stream, until: 2)
      stream.close()
      guard code == 0, messages == 1 || count > 1_000 && messages > 5 else {
        return "\(messages) messages, code \(code)"
      }
      guard records.first?.type == .soa, records.last?.type == .soa else { return "no SOA" }
      let names = Set(records.dropLast().map { "\($0.owner) \($0.type)" })
      guard names.count == records.count - 1 else { return "something comes twice" }
      await lane.wait { test.server.transfers.count == 0 }
      return names.count == 5 + 2 * count ? "whole" : "\(names.count) sets"
    }
    #expect(outcome == "whole")
  }

  @Test("others are refused, names that are no apex are told so, and the rest goes on")
  func access() async {
    let codes = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return []
      }
      defer { test.close() }
      test.directory.transferred["xfer"] = Self.zone(
        1, Self.configuration(secondary: SocketAddress(ipv4: 127, 0, 0, 2, port: 53)))
      for name in ["xfer.test", "n0.xfer.test", "z1.test", "none.example"] {
        stream.send(Self.framed(Messages.query(name, .axfr)))
      }
      stream.send(Self.framed(Messages.query("n0.xfer.test", .a)))
      let replies = await stream.replies(5)
      stream.close()
      return replies.map(\.code)
    }
    #expect(codes == [5, 9, 5, 9, 0])
  }

  @Test("a signed transfer is what its key's owner takes, and an unsigned query nobody's")
  func signed() async throws {
    let key = TSIGSessionTests.key(.sha512)
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      test.directory.transferred["xfer"] = Self.zone(2_000, Self.configuration(key: key))
      let now = test.server.seconds
      guard let apex = TSIGKey.name("xfer.test"),
        var reader = try? TransferReader(apex: apex, id: 5, key: key, seconds: now)
      else { return "no reader" }
      stream.send(Self.framed(Messages.query("xfer.test", .axfr)))
      guard await stream.replies(1).first?.code == 5 else { return "not refused" }
      stream.send(Self.framed(reader.query))
      do throws(TransferReader.Fault) {
        while true {
          let message = await stream.message()
          if try reader.take(message, seconds: now) { break }
        }
      } catch { return "\(error)" }
      stream.close()
      return "\(reader.records.count)"
    }
    #expect(outcome == "4005")
  }

  @Test("of a signed zone all names are signed and chained, and nothing below delegations is")
  func dnssec() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      test.directory.transferred["xfer"] = Self.zone(
        20, key: SigningTests.key, Self.configuration())
      stream.send(Self.framed(Messages.query("xfer.test", .axfr)))
      let (records, _, code) = await Self.records(stream, until: 2)
      stream.close()
      guard code == 0 else { return "code \(code)" }
      func covered(_ name: String) -> Set<Int> {
        Set(
          records.filter { $0.owner == name && $0.type == .rrsig }.map {
            Int($0.content[0]) << 8 | Int($0.content[1])
          })
      }
      guard covered("xfer.test") == [2, 6, 47, 48, 59, 60] else { return "apex" }
      guard covered("sub.xfer.test") == [47], covered("ns.sub.xfer.test").isEmpty,
        covered("n7.xfer.test") == [1, 47]
      else { return "signatures" }
      // Each NSEC leads to the next name, and the last one to the apex.
      var next: [String: String] = [:]
      for record in records where record.type == .nsec {
        next[record.owner] = Messages.name(record.content, 0)?.0
      }
      var (name, count) = ("xfer.test", 0)
      repeat {
        guard let following = next[name] else { return "the chain breaks at \(name)" }
        (name, count) = (following, count + 1)
      } while name != "xfer.test" && count < 100
      return "\(count) \(next.count)"
    }
    #expect(outcome == "43 43")
  }

  @Test("differences come as they are, in a datagram if they fit") func differences() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      let old = Self.zone(2, serial: 6, Self.configuration())
      let new = Self.zone(3, Self.configuration())
      test.directory.transferred["xfer"] = new
      test.directory.differences = old.image.differences(to: new.image, limitBytes: .max)
      stream.send(Self.framed(Self.ixfr(6)))
      let (records, _, _) = await Self.records(stream, until: 4)
      guard records.map(\.type) == [.soa, .soa, .soa, .a, .txt, .soa] else { return "\(records)" }
      test.send(Self.ixfr(6))
      guard await test.replies(1).first?.sections[0].count == 6 else { return "over UDP" }
      // What is current, or ahead, is the SOA.
      for serial in [7, 8] as [UInt32] {
        test.send(Self.ixfr(serial))
        guard await test.replies(1).first?.sections[0].count == 1 else { return "\(serial)" }
      }
      guard test.directory.plans == [SerialNumber(6), SerialNumber(6)] else { return "plans" }
      // What does not fit is the SOA as well; over TCP it comes, and so does the whole zone.
      test.directory.differences = Self.zone(200, serial: 6, Self.configuration()).image
        .differences(to: new.image, limitBytes: .max)
      test.send(Self.ixfr(6))
      guard await test.replies(1).first?.sections[0].map(\.type) == [.soa] else { return "long" }
      test.directory.differences = nil
      stream.send(Self.framed(Self.ixfr(1)))
      let whole = await Self.records(stream, until: 2)
      stream.close()
      return "\(whole.records.count)"
    }
    #expect(outcome == "12")
  }

  @Test("differences that are long come in messages of a bounded length, in their order")
  func longDifferences() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      let old = Self.zone(3_000, serial: 6, Self.configuration())
      let new = Self.zone(3, Self.configuration())
      test.directory.transferred["xfer"] = new
      guard let list = old.image.differences(to: new.image, limitBytes: .max) else { return "none" }
      test.directory.differences = list
      stream.send(Self.framed(Self.ixfr(6)))
      let (records, messages, code) = await Self.records(stream, until: 4)
      await lane.wait { test.server.transfers.count == 0 }
      stream.close()
      let serials = records.filter { $0.type == .soa }.map {
        Array($0.content.suffix(20).prefix(4))
      }
      guard serials.map({ $0[3] }) == [7, 6, 7, 7] else { return "\(serials)" }
      // All that is taken out stands between the second SOA and the third.
      let third = records.indices.filter { records[$0].type == .soa }[2]
      guard code == 0, third == 2 + 2 * 2_997, records.count == third + 2 else {
        return "\(records.count) records, the third SOA at \(third)"
      }
      return messages > 5 ? "in pieces" : "\(messages) messages"
    }
    #expect(outcome == "in pieces")
  }

  @Test("a zone's transfers are bounded, and a client that goes away gives its place back")
  func bound() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.directory.transferred["xfer"] = Self.zone(20_000, Self.configuration())
      var streams: [TestStream] = []
      // All at once: one that takes nothing is waited for ten seconds only.
      for _ in 1...NameServiceLimits.transfersPerZone {
        guard let stream = TestStream(lane, to: test.server) else { return "no sockets" }
        stream.takesNothing = true
        stream.send(Self.framed(Messages.query("xfer.test", .axfr)))
        streams.append(stream)
      }
      await lane.wait { test.server.transfers.count == NameServiceLimits.transfersPerZone }
      guard let other = TestStream(lane, to: test.server) else { return "no sockets" }
      other.send(Self.framed(Messages.query("xfer.test", .axfr)))
      guard await other.replies(1).first?.code == 2 else { return "not refused" }
      for stream in streams { stream.close() }
      await lane.wait { test.server.transfers.count == 0 }
      other.close()
      return "bounded"
    }
    #expect(outcome == "bounded")
  }

  @Test("a message that asks for a transfer is answered, or refused, however it was changed")
  func changed() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.directory.transferred["xfer"] = Self.zone(1, Self.configuration())
      let query = Self.ixfr(7)
      for index in query.indices {
        for mask in [1, 0x40, 0x80, 0xff] as [UInt8] {
          var changed = query
          changed[index] ^= mask
          test.send(changed)
          test.send(Array(query.prefix(index)))
        }
      }
      test.send(Messages.query("n0.xfer.test", .a, id: 0x7777))
      while await test.replies(1).first?.id != 0x7777 {}
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone with names that are answered with others' addresses is refused, and it is said why")
  func flattened() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server),
        let apex = TSIGKey.name("xfer.test"),
        let image = try? ZoneCompiler.compile(
          apex: apex,
          records: [
            TestAnswers.record("xfer.test", .ns, "ns.elsewhere"),
            TestAnswers.record("xfer.test", .cname, "far.elsewhere"),
          ]
        ).get()
      else { return "no sockets" }
      defer { test.close() }
      test.directory.transferred["xfer"] = NameZoneSnapshot(
        id: ZoneID(high: 9, low: 9), image: image, transfers: Self.configuration(), epoch: 1)
      stream.send(Self.framed(Messages.query("xfer.test", .axfr)))
      stream.send(Self.framed(Self.ixfr(0)))
      stream.send(Self.framed(Messages.query("xfer.test", .soa)))
      let replies = await stream.replies(3)
      stream.close()
      test.send(Self.ixfr(0))
      let datagram = await test.replies(1)
      let codes = (replies + datagram).map(\.code)
      let reason = "may not have xfer.test.: names of it are answered with the addresses of others"
      guard test.server.lastFailure?.contains(reason) == true else {
        return test.server.lastFailure ?? "nothing is said"
      }
      return "\(codes)"
    }
    #expect(outcome == "[5, 5, 0, 5]")
  }
}

extension TestStream {
  /// The next message as it came.
  func message() async -> [UInt8] { await rawReplies(1).first ?? [] }
}

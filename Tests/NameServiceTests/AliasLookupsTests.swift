// Asking resolvers for aliases' targets, on a loop.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

/// A resolver that answers as a test says.
private final class TestResolver: DatagramHandler {
  private let lane: Lane
  private(set) var socket: DatagramSocket?
  private(set) var asked: [String] = []
  /// The datagrams that answer a query, by the name that it asks for.
  var answers: (String, [UInt8]) -> [[UInt8]] = { _, _ in [] }

  init?(_ lane: Lane) {
    self.lane = lane
    guard let ours = try? DatagramSocket.bind(to: SocketAddress(ipv4: 127, 0, 0, 1, port: 0)) else {
      return nil
    }
    let socket = DatagramSocket(descriptor: ours, loop: lane.loop, handler: self)
    guard (try? socket.register()) != nil else { return nil }
    self.socket = socket
  }

  var address: SocketAddress { socket?.address ?? SocketAddress(ipv4: 127, 0, 0, 1, port: 9) }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    arrival.charge(lane)
    var query: [UInt8] = []
    query.append(datagram)
    guard let name = Messages.name(query, 12)?.0 else { return }
    asked.append(name)
    for answer in answers(name, query) {
      lane.loop.datagrams.reply(to: arrival.peer, from: nil, paidBy: lane) { room in
        for index in answer.indices { room[index] = answer[index] }
        return answer.count
      }
    }
  }

  /// The response to `query` with one address, of so many seconds.
  static func response(
    _ query: [UInt8], _ address: [UInt8], flags: Int = 0x8180, idChange: UInt8 = 0
  ) -> [UInt8] {
    var end = 12
    while query[end] != 0 { end += 1 + Int(query[end]) }
    var bytes = Array(query[0..<(end + 5)])
    bytes[1] ^= idChange
    bytes.replaceSubrange(2..<12, with: Messages.word(flags) + [0, 1, 0, 1, 0, 0, 0, 0])
    return bytes + [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + address
  }
}

/// Look-ups, and what came of them.
private final class LookupsTest: @unchecked Sendable {
  // Confined to the loop of `lane`.
  let lookups: AliasLookups
  private(set) var found: [(AliasQuestion, AliasFinding)] = []
  private(set) var paid: [ZoneID] = []
  private let lane: Lane

  init(_ lane: Lane, _ servers: [SocketAddress], places: Int = 256) {
    lookups = AliasLookups(loop: lane.loop, places: places) { servers }
    self.lane = lane
    lookups.tell { [self] question, finding in
      found.append((question, finding))
    } payment: { [self] ledger, zone in
      if ledger.ticks > 0 { paid.append(zone) }
    }
  }

  func ask(_ name: String, of zone: UInt64 = 1) {
    lookups.ask(
      AliasQuestion(zone: ZoneID(high: 0, low: zone), name: Messages.wire(name), type: .a))
  }

  func findings(_ count: Int) async -> [AliasFinding] {
    await lane.wait { self.found.count >= count }
    return found.map(\.1)
  }
}

@Suite("Alias look-ups", .serialized)
struct AliasLookupsTests {
  private static let good = AliasFinding.addresses([0, 4, 192, 0, 2, 1], ttl: 60)

  @Test("a name is asked for once for all who want it, and its zone pays") func once() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let resolver = TestResolver(lane) else { return "no sockets" }
      defer { resolver.socket?.close() }
      resolver.answers = { _, query in [TestResolver.response(query, [192, 0, 2, 1])] }
      let test = LookupsTest(lane, [resolver.address])
      for _ in 0..<8 { test.ask("a.elsewhere") }
      test.ask("a.elsewhere", of: 2)
      let found = await test.findings(2)
      guard found == [Self.good, Self.good], test.lookups.count == 0 else { return "\(found)" }
      guard Set(test.paid.map(\.low)) == [1, 2] else { return "paid by \(test.paid)" }
      return resolver.asked.joined(separator: ", ")
    }
    #expect(outcome == "a.elsewhere, a.elsewhere")
  }

  @Test("who asks soon after is told what was found, and who asks later has it asked anew")
  func recently() {
    let question = AliasQuestion(
      zone: ZoneID(high: 0, low: 1), name: Messages.wire("a.elsewhere"), type: .a)
    let start = Instant(nanoseconds: 1_000_000_000)
    var recent = RecentAliases()
    recent.note(question, Self.good, now: start)
    let other = AliasQuestion(zone: ZoneID(high: 0, low: 2), name: question.name, type: .a)
    #expect(recent.find(other, now: start) == nil)
    let later = recent.find(question, now: start + .seconds(20))
    #expect(later == .addresses([0, 4, 192, 0, 2, 1], ttl: 40))
    #expect(recent.find(question, now: start + .seconds(31)) == nil)
    recent.note(question, .failed, now: start)
    #expect(recent.find(question, now: start) == Self.good)
    for zone in 0..<UInt64(3 * NameServiceLimits.recentAliases) {
      let one = AliasQuestion(zone: ZoneID(high: 1, low: zone), name: [0], type: .a)
      recent.note(one, Self.good, now: start)
    }
    #expect(recent.count <= NameServiceLimits.recentAliases)
  }

  @Test("forged and broken datagrams before the response are passed over") func forged() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let resolver = TestResolver(lane), let stranger = TestResolver(lane) else {
        return "no sockets"
      }
      defer {
        resolver.socket?.close()
        stranger.socket?.close()
      }
      resolver.answers = { _, query in
        let evil = TestResolver.response(query, [203, 0, 113, 66], idChange: 1)
        let asQuery = TestResolver.response(query, [203, 0, 113, 66], flags: 0x0100)
        return [evil, Array(evil.prefix(20)), Array(evil.prefix(3)), asQuery]
          + [TestResolver.response(query, [192, 0, 2, 1])]
      }
      let test = LookupsTest(lane, [resolver.address])
      test.ask("a.elsewhere")
      let found = await test.findings(1)
      return found == [Self.good] && resolver.asked.count == 1 ? "fine" : "\(found)"
    }
    #expect(outcome == "fine")
  }

  @Test("the next resolver is asked if one refuses, refers to others, or is not there")
  func nextServer() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let first = TestResolver(lane), let second = TestResolver(lane) else {
        return "no sockets"
      }
      defer {
        first.socket?.close()
        second.socket?.close()
      }
      first.answers = { _, query in
        [TestResolver.response(query, [192, 0, 2, 9], flags: 0x8185)]
      }
      second.answers = { _, query in [TestResolver.response(query, [192, 0, 2, 1])] }
      let nobody = SocketAddress(ipv4: 127, 0, 0, 1, port: 1)
      let test = LookupsTest(lane, [nobody, first.address, second.address])
      test.ask("a.elsewhere")
      let found = await test.findings(1)
      return found == [Self.good] ? "fine" : "\(found)"
    }
    #expect(outcome == "fine")
  }

  @Test("without resolvers, and where none can be reached, all fail at once") func nobody() async {
    let outcome = await SharedRuntime.run { lane -> String in
      for servers in [[], [SocketAddress(ipv4: 127, 0, 0, 1, port: 1)]] {
        let test = LookupsTest(lane, servers)
        for name in 0..<2_000 { test.ask("n\(name).elsewhere") }
        let found = await test.findings(2_000)
        guard found.allSatisfy({ $0 == .failed }), test.lookups.count == 0 else {
          return "\(found)"
        }
      }
      return "fine"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone whose look-ups all hang holds nobody else up") func hangs() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let resolver = TestResolver(lane) else { return "no sockets" }
      defer { resolver.socket?.close() }
      resolver.answers = { name, query in
        name.hasPrefix("dead") ? [] : [TestResolver.response(query, [192, 0, 2, 1])]
      }
      let test = LookupsTest(lane, [resolver.address], places: 16)
      for name in 0..<100 { test.ask("dead\(name).elsewhere") }
      for name in 0..<40 { test.ask("n\(name).elsewhere", of: 2) }
      let found = await test.findings(40)
      guard found == Array(repeating: Self.good, count: 40) else { return "\(found)" }
      // Of the zone that hangs eight were begun, and none has ended.
      return "\(Set(resolver.asked.filter { $0.hasPrefix("dead") }).count) hang"
    }
    #expect(outcome == "8 hang")
  }
}

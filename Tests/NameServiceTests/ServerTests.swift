// The server of one loop, over the loopback interface.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Server")
struct ServerTests {
  @Test("a query for a zone that is not in memory is answered when the zone was read, once for all")
  func coldZone() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      for id in 0..<200 { test.send(Messages.query("www.z\(id % 4).test", .a, id: id)) }
      let replies = await test.replies(200)
      guard Set(replies.map(\.id)) == Set(0..<200) else { return "\(replies.count) replies" }
      guard replies.allSatisfy({ $0.sections[0].count == 1 && $0.code == 0 }) else {
        return "wrong"
      }
      return test.server.activeZones == 4 ? "fine" : "\(test.server.activeZones) zones"
    }
    #expect(outcome == "fine")
  }

  @Test("a name of no zone is REFUSED, and a store that can't be read is SERVFAIL")
  func unknownNames() async {
    let codes = await SharedRuntime.run { lane -> [Int] in
      guard let test = ServerTest(lane) else { return [] }
      defer { test.close() }
      test.send(Messages.query("www.elsewhere", .a, id: 1))
      test.send(Messages.query("www.broken", .a, id: 2))
      return await test.replies(2).sorted { $0.id < $1.id }.map(\.code)
    }
    #expect(codes == [5, 2])
  }

  @Test("a zone that changes answers with the change, and one that is gone is gone")
  func changes() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      let name = "www.z1.test"
      test.send(Messages.query(name, .a, id: 1))
      var replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 1] else { return "before" }
      test.server.apply(ZoneID(high: 0, low: 1), TestDirectory.snapshot(1, epoch: 9, address: 99))
      test.send(Messages.query(name, .a, id: 2))
      replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 99] else { return "after" }
      // What an older look-up brings does not undo it.
      test.server.activate(TestDirectory.snapshot(1, epoch: 3, address: 1), lane)
      test.send(Messages.query(name, .a, id: 3))
      replies = await test.replies(1)
      guard replies.first?.sections[0].first?.content == [192, 0, 2, 99] else { return "undone" }
      test.server.apply(ZoneID(high: 0, low: 1), nil)
      return test.server.activeZones == 0 ? "fine" : "still there"
    }
    #expect(outcome == "fine")
  }

  @Test("a zone below another one answers for its names, whichever is in memory")
  func nestedZones() async {
    let owners = await SharedRuntime.run { lane -> [String] in
      guard let test = ServerTest(lane) else { return [] }
      defer { test.close() }
      var owners: [String] = []
      for (name, type) in [
        ("nested.test", RecordType.soa), ("www.sub.nested.test", .txt), ("nested.test", .soa),
        ("sub.nested.test", .ds),
      ] {
        test.send(Messages.query(name, type))
        owners.append(await test.replies(1).first?.sections[1].first?.owner ?? "answer")
      }
      return owners
    }
    #expect(owners == ["answer", "sub.nested.test", "answer", "nested.test"])
  }

  @Test("over TCP many queries are answered in order, before and after their zones are read")
  func streams() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane), let stream = TestStream(lane, to: test.server) else {
        return "no sockets"
      }
      defer { test.close() }
      var bytes: [UInt8] = []
      for id in 0..<100 {
        let query = Messages.query(id % 10 == 9 ? "no.where" : "www.z\(id % 3).test", .a, id: id)
        bytes += Messages.word(query.count) + query
      }
      // In pieces that end anywhere.
      for start in stride(from: 0, to: bytes.count, by: 77) {
        stream.send(Array(bytes[start..<min(start + 77, bytes.count)]))
        await Parker(on: lane).yield()
      }
      let replies = await stream.replies(100)
      stream.close()
      guard replies.map(\.id) == Array(0..<100) else { return "\(replies.map(\.id))" }
      let parker = Parker(on: lane)
      while test.server.connectionCount > 0 { await parker.yield() }
      return replies.filter { $0.code == 5 }.count == 10 ? "fine" : "wrong codes"
    }
    #expect(outcome == "fine")
  }

  @Test(
    "like responses beyond the rate are truncated or dropped, and a cookie or TCP is let through")
  func rates() async {
    let outcome = await SharedRuntime.run { lane in
      guard let test = ServerTest(lane, perSecond: 5) else { return "no sockets" }
      defer { test.close() }
      test.send(
        Messages.query(
          "www.z1.test", .a, payload: 1_232, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]))
      guard let option = await test.replies(1).first?.opt?.content else { return "no cookie" }
      for round in 1...10 {
        // What waits for a zone's turn is bounded, and so is what the kernel keeps.
        for id in 0..<40 { test.send(Messages.query("r\(id).z1.test", .a, id: id)) }
        let parker = Parker(on: lane)
        while test.server.counters.answered < 1 + 40 * round { await parker.yield() }
      }
      let first = await test.replies(1, atLeast: true)
      let whole = first.filter { !$0.isTruncated }.count
      let counters = test.server.counters
      // The second may have changed meanwhile.
      guard whole <= 20, counters.truncatedByRate > 150, counters.droppedByRate > 150 else {
        return "\(whole) \(counters)"
      }
      for id in 0..<50 {
        test.send(Messages.query("r\(id).z1.test", .a, payload: 1_232, options: option))
      }
      let proven = await test.replies(50)
      return proven.contains { $0.isTruncated } ? "truncated" : "fine"
    }
    #expect(outcome == "fine")
  }
}

/// Zones z0 to z9 of `test`, and two that lie in one another.
final class TestDirectory: NameDirectory, @unchecked Sendable {
  // Immutable.
  private let lane: Lane

  init(_ lane: Lane) { self.lane = lane }

  /// Looks up on another loop.
  func findRecords(for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void) {
    SharedRuntime.other.systemLane.post { [self] in
      lane.loop.systemLane.post { [self] in
        body(
          names.map { name in
            switch find(name) {
            case .success(let snapshot?): .zone(snapshot, Lane(loop: lane.loop, name: "tenant"))
            case .success(nil): .unknown
            case .failure(let reason): .failed(reason.text)
            }
          })
      }
    }
  }

  private struct Broken: Error { let text: String }

  private func find(_ name: [UInt8]) -> Result<NameZoneSnapshot?, Broken> {
    let labels = Messages.name(name, 0)?.0.split(separator: ".").map(String.init) ?? []
    if labels.last == "broken" { return .failure(Broken(text: "the store is broken")) }
    guard labels.count > 1, labels.last == "test" else { return .success(nil) }
    let zone = labels[labels.count - 2]
    if zone == "nested" {
      let isBelow = labels.count > 2 && labels[labels.count - 3] == "sub"
      return .success(
        isBelow
          ? Self.snapshot("sub.nested.test", 101)
          : Self.snapshot("nested.test", 100, nested: ["sub.nested.test"]))
    }
    guard zone.hasPrefix("z"), let number = Int(zone.dropFirst()), number < 10 else {
      return .success(nil)
    }
    return .success(Self.snapshot(number, epoch: 1, address: UInt8(number)))
  }

  static func snapshot(_ number: Int, epoch: UInt64, address: UInt8) -> NameZoneSnapshot {
    snapshot("z\(number).test", UInt64(number), address: address, epoch: epoch)
  }

  private static func snapshot(
    _ apex: String, _ id: UInt64, address: UInt8 = 1, nested: [String] = [], epoch: UInt64 = 1
  ) -> NameZoneSnapshot {
    let records = [
      TestAnswers.record(apex, .ns, "ns.elsewhere"),
      TestAnswers.record("www.\(apex)", .a, [192, 0, 2, address]),
    ]
    // These records are a zone.
    guard let name = try? DomainName(wire: Messages.wire(apex).span),
      let image = try? ZoneCompiler.compile(apex: name, records: records).get()
    else { preconditionFailure("no zone") }
    return NameZoneSnapshot(
      id: ZoneID(high: 0, low: id), image: image,
      nested: Set(nested.map { Messages.wire($0) }), epoch: epoch)
  }
}

/// A server with a UDP client.
private final class ServerTest: DatagramHandler {
  let server: NameServer
  private let directory: TestDirectory
  private let lane: Lane
  private var target = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
  private var client: DatagramSocket?
  private var received: [Messages.Response] = []

  init?(_ lane: Lane, perSecond: Int = 0) {
    directory = TestDirectory(lane)
    var settings = NameServer.Settings(cookies: TestAnswers.cookies)
    settings.responsesPerSecond = perSecond
    server = NameServer(
      loop: lane.loop, directory: directory, settings: settings,
      hasher: KeyedHash(key0: 1, key1: 2))
    self.lane = lane
    // Without sockets the test says so.
    guard let ours = try? DatagramSocket.bind(to: target),
      let theirs = try? DatagramSocket.bind(to: target),
      (try? server.serve(datagrams: ours)) != nil
    else { return nil }
    target = server.sockets[0].datagrams.address
    let client = DatagramSocket(descriptor: theirs, loop: lane.loop, handler: self)
    guard (try? client.register()) != nil else { return nil }
    self.client = client
  }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    arrival.charge(lane)
    var copy: [UInt8] = []
    copy.append(datagram)
    if let response = Messages.read(copy) { received.append(response) }
  }

  func send(_ message: [UInt8]) {
    lane.loop.datagrams.reply(to: target, from: nil, paidBy: lane) { room in
      for index in message.indices { room[index] = message[index] }
      return message.count
    }
    client?.flush()
  }

  /// Waits for so many responses, and takes them (or all that there are).
  func replies(_ count: Int, atLeast: Bool = false) async -> [Messages.Response] {
    let parker = Parker(on: lane)
    while received.count < count { await parker.yield() }
    defer { received.removeFirst(atLeast ? received.count : count) }
    return Array(received.prefix(atLeast ? received.count : count))
  }

  func close() {
    client?.close()
    for socket in server.sockets { socket.datagrams.close() }
  }
}

/// A TCP client.
private final class TestStream: Channel {
  private var output = OutputQueue()
  private var input: [UInt8] = []

  init?(_ lane: Lane, to server: NameServer) {
    // Without sockets the test says so.
    guard let listener = try? Listener.listen(on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0)),
      (try? server.serve(streams: listener)) != nil,
      let descriptor = try? Connect.start(to: Listener.localAddress(of: listener))
    else { return nil }
    super.init(descriptor: descriptor, on: lane)
    guard (try? register()) != nil else { return nil }
  }

  func send(_ bytes: [UInt8]) {
    output.append(copying: bytes.span)
    enqueue()
  }

  override func ready() {
    guard isOpen else { return }
    _ = output.flush(to: self)
    while canReceive, case .bytes(let count) = receive() {
      loop.withInput(count) { input.append($0) }
    }
  }

  func replies(_ count: Int) async -> [Messages.Response] {
    var replies: [Messages.Response] = []
    let parker = Parker(on: lane)
    while replies.count < count {
      await parker.yield()
      while input.count >= 2, input.count >= 2 + Int(input[0]) << 8 | Int(input[1]) {
        let length = Int(input[0]) << 8 | Int(input[1])
        guard let reply = Messages.read(Array(input[2..<(2 + length)])) else { return replies }
        replies.append(reply)
        input.removeFirst(2 + length)
      }
    }
    return replies
  }
}

// A server of one loop with a directory of its own, and clients.

import DNS
import Primitives
import Runtime

@testable import NameService

/// Zones z0 to z9 of `test`, two that lie in one another, and two of which the upper one is not told.
final class TestDirectory: NameDirectory, @unchecked Sendable {
  // Immutable.
  private let lane: Lane

  init(_ lane: Lane) { self.lane = lane }

  // Confined to the loop of `lane`.
  /// Epochs and addresses of zones that have changed, and zones that are gone.
  var versions: [Int: (epoch: UInt64, address: UInt8)] = [:]
  var removed: Set<Int> = []
  /// Zones that may be transferred, by their first labels.
  var transferred: [String: NameZoneSnapshot] = [:]
  /// Done once, between the reading of zones and its end.
  var meanwhile: (() -> Void)?
  /// What the next look-up finds for every name, instead of what is so.
  var stale: NameZoneSnapshot?
  private(set) var lookups = 0

  /// Finds at once, and says so by way of another loop.
  func findRecords(for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void) {
    lookups += 1
    let found: [FoundName] = names.map { name in
      if let stale { return .zone(stale, Lane(loop: lane.loop, name: "tenant")) }
      return switch find(name) {
      case .success(let snapshot?): .zone(snapshot, Lane(loop: lane.loop, name: "tenant"))
      case .success(nil): .unknown
      case .failure(let reason): .failed(reason.text)
      }
    }
    stale = nil
    SharedRuntime.other.systemLane.post { [self] in
      lane.loop.systemLane.post { [self] in
        let meanwhile = meanwhile
        self.meanwhile = nil
        meanwhile?()
        body(found)
      }
    }
  }

  /// What transfers send; nil is the whole zone.
  var differences: RecordList?
  private(set) var plans: [SerialNumber?] = []

  func planTransfer(
    of snapshot: NameZoneSnapshot, after serial: SerialNumber?,
    _ body: @escaping @Sendable (TransferPlan) -> Void
  ) {
    plans.append(serial)
    let plan: TransferPlan =
      differences.map { .differences($0) }
      ?? .whole(snapshot.isSigned ? snapshot.signingOrder() : nil)
    SharedRuntime.other.systemLane.post { [self] in lane.loop.systemLane.post { body(plan) } }
  }

  /// What aliases lead to, by name and type; a name that is not here is failed. Asked for, in order.
  var addresses: [String: AliasFinding] = [:]
  private(set) var asked: [String] = []
  /// Of how many the server was told.
  private(set) var told = 0

  /// Nothing is told of these by itself.
  var silent: Set<String> = []
  weak var server: NameServer?

  func findAddresses(_ question: AliasQuestion) {
    let key = "\(Messages.name(question.name, 0)?.0 ?? "") \(question.type)"
    asked.append(key)
    guard !silent.contains(key) else { return }
    let finding = addresses[key] ?? .failed
    SharedRuntime.other.systemLane.post { [self] in
      lane.loop.systemLane.post { [self] in
        server?.learn(question, finding)
        told += 1
      }
    }
  }

  /// Zones whose addresses are being checked, with the epochs of their records.
  private(set) var checked: [ZoneID: UInt64] = [:]

  func beginChecks(of snapshot: NameZoneSnapshot) { checked[snapshot.id] = snapshot.epoch }

  func endChecks(of zone: ZoneID) { checked[zone] = nil }

  private struct Broken: Error { let text: String }

  private func find(_ name: [UInt8]) -> Result<NameZoneSnapshot?, Broken> {
    let labels = Messages.name(name, 0)?.0.split(separator: ".").map(String.init) ?? []
    if labels.last == "broken" { return .failure(Broken(text: "the store is broken")) }
    guard labels.count > 1, labels.last == "test" else { return .success(nil) }
    let zone = labels[labels.count - 2]
    let isBelow = labels.count > 2 && labels[labels.count - 3] == "sub"
    if zone == "many" {
      return .success(
        isBelow
          ? Self.snapshot("sub.many.test", 103, address: 103)
          : Self.snapshot("many.test", 102, address: 102, nested: nil))
    }
    if zone == "signed" {
      return .success(Self.snapshot("signed.test", 104, key: SigningTests.key))
    }
    if let snapshot = transferred[zone] { return .success(snapshot) }
    if zone == "nested" {
      return .success(
        isBelow
          ? Self.snapshot("sub.nested.test", 101)
          : Self.snapshot("nested.test", 100, nested: ["sub.nested.test"]))
    }
    guard zone.hasPrefix("z"), let number = Int(zone.dropFirst()), number < 10,
      !removed.contains(number)
    else { return .success(nil) }
    let version = versions[number] ?? (1, UInt8(number))
    return .success(Self.snapshot(number, epoch: version.epoch, address: version.address))
  }

  static func snapshot(_ number: Int, epoch: UInt64, address: UInt8) -> NameZoneSnapshot {
    snapshot("z\(number).test", UInt64(number), address: address, epoch: epoch)
  }

  static func snapshot(
    _ apex: String, _ id: UInt64, address: UInt8 = 1, nested: [String]? = [], key: ZoneKey? = nil,
    epoch: UInt64 = 1
  ) -> NameZoneSnapshot {
    let records = [
      TestAnswers.record(apex, .ns, "ns.elsewhere"),
      TestAnswers.record("www.\(apex)", .a, [192, 0, 2, address]),
      TestAnswers.record("alias.\(apex)", .cname, "www.sub.\(apex)"),
      TestAnswers.record("long.\(apex)", .txt, Array(repeating: 0, count: 16_000)),
    ]
    // These records are a zone.
    guard let name = try? DomainName(wire: Messages.wire(apex).span),
      let image = try? ZoneCompiler.compile(apex: name, records: records).get()
    else { preconditionFailure("no zone") }
    return NameZoneSnapshot(
      id: ZoneID(high: 0, low: id), image: image,
      nested: nested.map { Set($0.map { Messages.wire($0) }) }, plan: key.map { SigningPlan($0) },
      epoch: epoch)
  }
}

/// A server with a UDP client.
final class ServerTest: DatagramHandler {
  let server: NameServer
  let directory: TestDirectory
  private let lane: Lane
  private var target = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
  private var client: DatagramSocket?
  private var received: [Messages.Response] = []
  private lazy var parker = Parker(on: lane)

  init?(_ lane: Lane, perSecond: Int = 0) {
    directory = TestDirectory(lane)
    var settings = NameServer.Settings(cookies: TestAnswers.cookies)
    settings.responsesPerSecond = perSecond
    server = NameServer(
      loop: lane.loop, directory: directory, settings: settings,
      hasher: KeyedHash(key0: 1, key1: 2))
    self.lane = lane
    directory.server = server
    server.aliasWaitMilliseconds = 60_000
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
    parker.wake()
  }

  /// The client's.
  var address: SocketAddress { client?.address ?? target }

  func send(_ message: [UInt8]) {
    lane.loop.datagrams.reply(to: target, from: nil, paidBy: lane) { room in
      for index in message.indices { room[index] = message[index] }
      return message.count
    }
    client?.flush()
  }

  /// Waits for so many responses, and takes them (or all that there are).
  func replies(_ count: Int, atLeast: Bool = false) async -> [Messages.Response] {
    while received.count < count { _ = await parker.park() }
    defer { received.removeFirst(atLeast ? received.count : count) }
    return Array(received.prefix(atLeast ? received.count : count))
  }

  func close() {
    client?.close()
    for socket in server.sockets { socket.datagrams.close() }
  }
}

/// A TCP client.
final class TestStream: Channel {
  private var output = OutputQueue()
  private var input: [UInt8] = []
  private(set) var hasEnded = false
  private let parker: Parker
  var takesNothing = false

  init?(_ lane: Lane, to server: NameServer) {
    // Without sockets the test says so.
    guard let listener = try? Listener.listen(on: SocketAddress(ipv4: 127, 0, 0, 1, port: 0)),
      (try? server.serve(streams: listener)) != nil,
      let descriptor = try? Connect.start(to: Listener.localAddress(of: listener))
    else { return nil }
    parker = Parker(on: lane)
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
    while canReceive, !takesNothing, !hasEnded {
      switch receive() {
      case .bytes(let count):
        loop.withInput(count) { input.append($0) }
        parker.wake()
      case .wouldBlock: return
      case .end, .failed:
        hasEnded = true
        parker.wake()
      }
    }
  }

  func replies(_ count: Int) async -> [Messages.Response] {
    await rawReplies(count).compactMap { Messages.read($0) }
  }

  /// The same as bytes; fewer if the server ends the connection before.
  func rawReplies(_ count: Int) async -> [[UInt8]] {
    var replies: [[UInt8]] = []
    while replies.count < count {
      if input.count < 2 || input.count < 2 + (Int(input[0]) << 8 | Int(input[1])) {
        if hasEnded { break }
        _ = await parker.park()
      }
      while replies.count < count, input.count >= 2,
        input.count >= 2 + (Int(input[0]) << 8 | Int(input[1]))
      {
        let length = Int(input[0]) << 8 | Int(input[1])
        replies.append(Array(input[2..<(2 + length)]))
        input.removeFirst(2 + length)
      }
    }
    return replies
  }
}

// Secondaries are told of changes.

import DNS
import Primitives
import Runtime
import Testing

@testable import NameService

@Suite("Notifications", .serialized)
struct NotifyTests {
  /// A secondary that keeps what it gets, and answers as it is told.
  final class Secondary: DatagramHandler {
    private let lane: Lane
    private var socket: DatagramSocket?
    private(set) var messages: [[UInt8]] = []
    /// What to answer; nil is silence.
    var answer: ((Span<UInt8>) -> [UInt8]?)?

    init?(_ lane: Lane) {
      self.lane = lane
      // Without sockets the test says so.
      guard
        let descriptor = try? DatagramSocket.bind(to: SocketAddress(ipv4: 127, 0, 0, 1, port: 0))
      else { return nil }
      let socket = DatagramSocket(descriptor: descriptor, loop: lane.loop, handler: self)
      guard (try? socket.register()) != nil else { return nil }
      self.socket = socket
    }

    var address: SocketAddress { socket?.address ?? TransferTests.loopback }

    func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
      arrival.charge(lane)
      var copy: [UInt8] = []
      copy.append(datagram)
      messages.append(copy)
      if let answer = answer?(datagram) {
        arrival.reply(paidBy: lane) { room in
          room.copy(answer.span, at: 0)
          return answer.count
        }
      }
    }

    /// The serial numbers that it was told. Where an answer may have taken so long that the server was right to
    /// tell again, one that was repeated is there once.
    func serials(isSlow: Bool) -> [Int] {
      messages.map { NotifyTests.serial($0) ?? 0 }.reduce(into: []) { list, serial in
        if !isSlow || list.last != serial { list.append(serial) }
      }
    }

    func wait(for count: Int) async { await lane.wait { messages.count >= count } }

    /// Waits until it was told a serial number.
    func wait(forSerial serial: Int) async {
      await lane.wait { messages.last.flatMap { NotifyTests.serial($0) } == serial }
    }

    func close() { socket?.close() }
  }

  /// The message as a response with a code.
  static func response(_ message: Span<UInt8>, code: UInt8 = 0) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(message)
    copy[2] |= 0x80
    copy[3] = code
    return copy
  }

  fileprivate static func serial(_ message: [UInt8]) -> Int? {
    guard let content = Messages.read(message)?.sections[0].first?.content else { return nil }
    return content[(content.count - 20)..<(content.count - 16)].reduce(0) { $0 << 8 | Int($1) }
  }

  @Test("a secondary is told the serial number until it answers, and of later changes")
  func told() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      let transfers = TransferTests.configuration(secondary: secondary.address)
      test.directory.transferred["xfer"] = TransferTests.zone(1, serial: 7, transfers)
      let apex = Messages.wire("xfer.test")
      let begun = lane.loop.preciseNow
      test.server.tellSecondaries(of: apex)
      // The first one is lost.
      await secondary.wait(for: 1)
      secondary.answer = { Self.response($0) }
      let first = secondary.messages[0]
      guard first[2] == 0x24, first[3] == 0, Self.serial(first) == 7 else { return "\(first)" }
      await secondary.wait(for: 2)
      await lane.wait { test.server.notificationCount == 0 }
      test.server.apply(
        ZoneID(high: 9, low: 9), TransferTests.zone(2, serial: 8, transfers, epoch: 2))
      test.directory.transferred["xfer"] = TransferTests.zone(2, serial: 8, transfers, epoch: 2)
      test.server.tellSecondaries(of: apex)
      await secondary.wait(forSerial: 8)
      await lane.wait { test.server.notificationCount == 0 }
      // A third time comes after six seconds, the second one of what follows after four.
      let isSlow = lane.loop.preciseNow > begun + .seconds(4)
      let serials = secondary.serials(isSlow: isSlow)
      guard serials == (isSlow ? [7, 8] : [7, 7, 8]) else { return "\(serials)" }
      return "\(test.server.counters.notified)"
    }
    #expect(outcome == "2")
  }

  @Test("a secondary with a key is told with a signature, and believed with one alone")
  func signed() async {
    let key = TSIGSessionTests.key()
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      let transfers = TransferTests.configuration(key: key, secondary: secondary.address)
      test.directory.transferred["xfer"] = TransferTests.zone(1, transfers)
      let seconds = test.server.seconds
      // Without a signature: not believed. With one: done.
      secondary.answer = { [unowned secondary] message in
        if secondary.messages.count == 1 {
          var plain = Self.response(message)
          plain[11] = 0
          return Array(plain.prefix(12 + Messages.wire("xfer.test").count + 4)).withoutAnswer
        }
        return Self.signed(message, key, seconds)
      }
      test.server.tellSecondaries(of: Messages.wire("xfer.test"))
      await secondary.wait(for: 2)
      await lane.wait { test.server.notificationCount == 0 }
      return "\(test.server.counters.notified) \(test.server.counters.unreached)"
    }
    #expect(outcome == "1 0")
  }

  private static func signed(
    _ message: Span<UInt8>, _ key: TSIGKey, _ seconds: UInt64
  ) -> [UInt8]? {
    var query = DNSQuery()
    guard (try? query.read(message)) != nil, let start = query.tsigStart,
      let record = try? TSIGRecord(message, at: start),
      var session = TSIGSession(key, id: record.originalID),
      (try? session.check(message, record, at: start, seconds: seconds)) != nil
    else { return nil }
    var room = Array(response(message).prefix(start)) + [UInt8](repeating: 0, count: 512)
    room[11] = 0
    var span = room.mutableSpan
    let length = session.sign(&span, length: start, seconds: seconds)
    return length.map { Array(room[..<$0]) }
  }

  @Test("a response that says that our signature is not taken acknowledges nothing")
  func signatureRefused() async {
    let key = TSIGSessionTests.key()
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      let transfers = TransferTests.configuration(key: key, secondary: secondary.address)
      test.directory.transferred["xfer"] = TransferTests.zone(1, transfers)
      let seconds = test.server.seconds
      var said = ""
      // First BADKEY, without a signature, as all may say it; then a true answer.
      secondary.answer = { [unowned secondary] message in
        guard secondary.messages.count == 1 else { return Self.signed(message, key, seconds) }
        return Self.refusal(message, key)
      }
      test.server.tellSecondaries(of: Messages.wire("xfer.test"))
      await lane.wait { test.server.lastFailure != nil }
      said = "\(test.server.counters.notified) \(test.server.counters.unreached)"
      guard test.server.lastFailure?.contains("BADKEY") == true else {
        return test.server.lastFailure ?? ""
      }
      await secondary.wait(for: 2)
      await lane.wait { test.server.notificationCount == 0 }
      return "\(said), \(test.server.counters.notified) \(test.server.counters.unreached)"
    }
    #expect(outcome == "0 0, 1 0")
  }

  /// The response NOERROR to a signed message, whose TSIG record says BADKEY and has no code.
  private static func refusal(_ message: Span<UInt8>, _ key: TSIGKey) -> [UInt8]? {
    var query = DNSQuery()
    guard (try? query.read(message)) != nil, let start = query.tsigStart,
      var record = try? TSIGRecord(message, at: start)
    else { return nil }
    record.mac = []
    record.error = .badKey
    var copy = Array(response(message).prefix(start))
    record.append(to: &copy)
    return copy
  }

  @Test("who answers nothing is told less and less often, whatever is new, and soon once it has")
  func pace() {
    var pace = NotifyPace()
    var pauses: [Duration] = []
    var waits: [Duration] = []
    for _ in 0..<14 {
      pace.sent()
      pauses.append(pace.pause)
      waits.append(pace.wait(attempts: 1))
    }
    #expect(
      pauses == [0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300].map { .seconds($0) })
    #expect(
      waits == [2, 2, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300].map { .seconds($0) })
    #expect(pace.attempts == 1)
    pace.answered()
    pace.sent()
    #expect(pace.pause == .milliseconds(500) && pace.attempts == 6)
    #expect((1...6).map { pace.wait(attempts: $0) } == [2, 4, 8, 16, 32, 64].map { .seconds($0) })
  }

  @Test("a zone that changes all the time tells a dead secondary ever more rarely")
  func deadUnderChanges() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      let transfers = TransferTests.configuration(secondary: secondary.address)
      let begun = lane.loop.preciseNow
      var serial: UInt32 = 0
      await lane.wait {
        serial += 1
        let zone = TransferTests.zone(1, serial: serial, transfers, epoch: UInt64(serial))
        test.directory.transferred["xfer"] = zone
        test.server.apply(zone.id, zone)
        test.server.tellSecondaries(of: Messages.wire("xfer.test"))
        return secondary.messages.count >= 4
      }
      // Half a second, one, and two: with pauses of half a second it would be 1.5 s.
      guard lane.loop.preciseNow >= begun + .milliseconds(3_400) else { return "too often" }
      secondary.answer = { Self.response($0) }
      await secondary.wait(for: 5)
      await lane.wait { test.server.notificationCount == 0 }
      return "\(test.server.counters.notified)"
    }
    #expect(outcome == "1")
  }

  @Test("a secondary that refuses is not told again, and counted") func refused() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      test.directory.transferred["xfer"] = TransferTests.zone(
        1, TransferTests.configuration(secondary: secondary.address))
      secondary.answer = { Self.response($0, code: 5) }
      test.server.tellSecondaries(of: Messages.wire("xfer.test"))
      test.server.tellSecondaries(of: Messages.wire("none.test"))
      test.server.tellSecondaries(of: Messages.wire("z1.test"))
      await secondary.wait(for: 1)
      await lane.wait { test.server.notificationCount == 0 }
      return
        "\(test.server.counters.unreached) \(test.server.lastFailure?.contains("REFUSED") == true)"
    }
    #expect(outcome == "1 true")
  }

  /// A zone of its own, `NAME.test`, whose secondary is at `address`.
  private static func zone(_ name: String, _ id: UInt64, _ address: SocketAddress)
    -> NameZoneSnapshot
  {
    guard let apex = TSIGKey.name("\(name).test"),
      let image = try? ZoneCompiler.compile(
        apex: apex, records: [TestAnswers.record("\(name).test", .ns, "ns.elsewhere")]
      ).get()
    else { preconditionFailure("no zone") }
    return NameZoneSnapshot(
      id: ZoneID(high: 8, low: id), image: image.with(SerialNumber(7)),
      transfers: TransferTests.configuration(secondary: address), epoch: 1)
  }

  @Test("secondaries that do not answer keep no other zone's from being told") func dead() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane), let dead = Secondary(lane)
      else { return "no sockets" }
      defer {
        test.close()
        secondary.close()
        dead.close()
      }
      let count = NameServiceLimits.notifiedZones + 50
      for number in 0..<count {
        let name = "d\(number)"
        test.directory.transferred[name] = Self.zone(name, UInt64(number), dead.address)
        test.server.tellSecondaries(of: Messages.wire("\(name).test"))
      }
      secondary.answer = { Self.response($0) }
      test.directory.transferred["xfer"] = TransferTests.zone(
        1, TransferTests.configuration(secondary: secondary.address))
      test.server.tellSecondaries(of: Messages.wire("xfer.test"))
      let start = lane.loop.now
      await secondary.wait(for: 1)
      guard lane.loop.now < start + .seconds(60) else { return "late" }
      guard test.server.notificationCount <= NameServiceLimits.notifiedZones else {
        return "\(test.server.notificationCount) zones"
      }
      return test.server.counters.unreached >= 50 ? "told" : "\(test.server.counters.unreached)"
    }
    #expect(outcome == "told")
  }

  @Test("changes that follow quickly are told at once, and secondaries that are gone are not told")
  func quickly() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane), let secondary = Secondary(lane) else {
        return "no sockets"
      }
      defer {
        test.close()
        secondary.close()
      }
      secondary.answer = { Self.response($0) }
      let transfers = TransferTests.configuration(secondary: secondary.address)
      let apex = Messages.wire("xfer.test")
      func change(_ serial: UInt32, _ transfers: TransferConfiguration) {
        let zone = TransferTests.zone(1, serial: serial, transfers, epoch: UInt64(serial))
        test.directory.transferred["xfer"] = zone
        test.server.apply(zone.id, zone)
        test.server.tellSecondaries(of: apex)
      }
      change(7, transfers)
      let told = lane.loop.preciseNow
      await secondary.wait(forSerial: 7)
      let parker = Parker(on: lane)
      await lane.wait { test.server.counters.notified > 0 }
      for serial in [8, 9, 10] as [UInt32] {
        change(serial, transfers)
        await parker.yield()
      }
      let isQuick = lane.loop.preciseNow < told + .milliseconds(400)
      await secondary.wait(forSerial: 10)
      // Nobody answers the next one, and then nobody is to be told.
      await lane.wait { test.server.notificationCount == 0 }
      secondary.answer = nil
      change(11, transfers)
      await secondary.wait(forSerial: 11)
      change(12, TransferConfiguration())
      await lane.wait { test.server.notificationCount == 0 }
      // The same when the zone is gone.
      change(13, transfers)
      await secondary.wait(forSerial: 13)
      test.directory.transferred["xfer"] = nil
      test.server.apply(ZoneID(high: 9, low: 9), nil)
      await lane.wait { test.server.notificationCount == 0 }
      // Where the machine is too busy for that, each may have been told, and told again.
      let isSlow = lane.loop.preciseNow > told + .seconds(2)
      let serials = secondary.serials(isSlow: isSlow).filter { isQuick || ![8, 9].contains($0) }
      return "\(serials) \(test.server.counters.unreached)"
    }
    #expect(outcome == "[7, 10, 11, 13] 0")
  }

  @Test("a zone that can't be read is looked up again, and counted at last") func unread() async {
    let outcome = await SharedRuntime.run { lane -> String in
      guard let test = ServerTest(lane) else { return "no sockets" }
      defer { test.close() }
      test.server.tellSecondaries(of: Messages.wire("zone.broken"))
      await lane.wait { test.server.notificationCount == 0 }
      return "\(test.directory.lookups) \(test.server.counters.unreached)"
    }
    #expect(outcome == "3 1")
  }
}

extension Array where Element == UInt8 {
  /// A message that says that it has no answer.
  fileprivate var withoutAnswer: [UInt8] {
    var copy = self
    copy[7] = 0
    return copy
  }
}

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
    private lazy var parker = Parker(on: lane)

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
      parker.wake()
    }

    func wait(for count: Int) async { while messages.count < count { _ = await parker.park() } }

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

  private static func serial(_ message: [UInt8]) -> Int? {
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
      test.server.tellSecondaries(of: apex)
      // The first one is lost.
      await secondary.wait(for: 1)
      secondary.answer = { Self.response($0) }
      let first = secondary.messages[0]
      guard first[2] == 0x24, first[3] == 0, Self.serial(first) == 7 else { return "\(first)" }
      await secondary.wait(for: 2)
      let parker = Parker(on: lane)
      while test.server.notificationCount > 0 { await parker.yield() }
      test.server.apply(
        ZoneID(high: 9, low: 9), TransferTests.zone(2, serial: 8, transfers, epoch: 2))
      test.directory.transferred["xfer"] = TransferTests.zone(2, serial: 8, transfers, epoch: 2)
      test.server.tellSecondaries(of: apex)
      await secondary.wait(for: 3)
      while test.server.notificationCount > 0 { await parker.yield() }
      return "\(secondary.messages.map { Self.serial($0) ?? 0 }) \(test.server.counters.notified)"
    }
    #expect(outcome == "[7, 7, 8] 2")
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
      let parker = Parker(on: lane)
      while test.server.notificationCount > 0 { await parker.yield() }
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
      let parker = Parker(on: lane)
      while test.server.notificationCount > 0 { await parker.yield() }
      return
        "\(test.server.counters.unreached) \(test.server.lastFailure?.contains("REFUSED") == true)"
    }
    #expect(outcome == "1 true")
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

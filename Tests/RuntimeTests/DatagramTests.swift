// Datagrams on loops, over the loopback interface.

import Glibc
import Primitives
import Runtime
import Testing

@Suite("Datagrams")
struct DatagramTests {
  @Test("every datagram is answered once, to who sent it, in full batches with two calls for 32")
  func echo() async {
    let outcome = await SharedRuntime.run { lane in
      let echo = Echo(payer: Lane(loop: lane.loop, name: "tenant"))
      guard let pair = DatagramPair(lane: lane, handler: echo, host: (127, 0, 0, 1)) else {
        return "no sockets"
      }
      defer { pair.close() }
      // All are there before the server looks: its batches are full.
      for number in 0..<160 { pair.send([UInt8(number), 7]) }
      await pair.waitForReplies(160)
      guard pair.client.replies.map({ Int($0[0]) }) == Array(0..<160) else { return "not in order" }
      guard pair.server.batchCount == 5 else { return "\(pair.server.batchCount) batches" }
      return pair.client.peers == [pair.server.address] ? "fine" : "from \(pair.client.peers)"
    }
    #expect(outcome == "fine")
  }

  @Test(
    "the reply leaves from the address that was asked", arguments: [(127, 0, 0, 1), (127, 0, 0, 9)])
  func replySource(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) async {
    let from = await SharedRuntime.run { lane in
      let echo = Echo(payer: lane)
      guard let pair = DatagramPair(lane: lane, handler: echo, host: (a, b, c, d), bindsAny: true)
      else { return "no sockets" }
      defer { pair.close() }
      pair.send([1])
      await pair.waitForReplies(1)
      return pair.client.peers.map(\.host).joined()
    }
    #expect(from == "\(a).\(b).\(c).\(d)")
  }

  @Test("over IPv6, too") func replySourceOverIPv6() async {
    let from = await SharedRuntime.run { lane in
      let home = SocketAddress(family: .ipv6, high: 0, low: 1, port: 0)
      let any = SocketAddress(family: .ipv6, high: 0, low: 0, port: 0)
      // Without IPv6 there is nothing to see.
      guard let theirs = try? DatagramSocket.bind(to: home),
        let ours = try? DatagramSocket.bind(to: any)
      else { return "[::1]" }
      let client = Collector(payer: lane)
      let server = DatagramSocket(descriptor: ours, loop: lane.loop, handler: Echo(payer: lane))
      let socket = DatagramSocket(descriptor: theirs, loop: lane.loop, handler: client)
      defer {
        server.close()
        socket.close()
      }
      guard (try? server.register()) != nil, (try? socket.register()) != nil else { return "none" }
      var target = home
      target.port = server.address.port
      lane.loop.datagrams.reply(to: target, from: nil, paidBy: lane) { room in
        room[0] = 1
        return 1
      }
      socket.flush()
      let parker = Parker(on: lane)
      while client.replies.isEmpty { await parker.yield() }
      return client.peers.map { "[\($0.host)]" }.joined()
    }
    #expect(from == "[::1]")
  }

  @Test("receiving and sending are charged to who is named, and not to the system")
  func charges() async {
    let share = await SharedRuntime.run { lane in
      let tenant = Lane(loop: lane.loop, name: "tenant")
      guard let pair = DatagramPair(lane: lane, handler: Echo(payer: tenant), host: (127, 0, 0, 1))
      else { return -1.0 }
      defer { pair.close() }
      for _ in 0..<20 {
        for number in 0..<128 { pair.send([UInt8(number)]) }
        await pair.waitForReplies(128)
        pair.client.replies.removeAll()
      }
      guard tenant.ledger.bytesIn == 2_560, tenant.ledger.bytesOut == 2_560 else { return -2 }
      return Double(tenant.ledger.ticks)
    }
    #expect(share > 0)
  }

  @Test("while full batches come without end other lanes have their turns, whoever pays for them")
  func turns() async {
    let worst = await SharedRuntime.run { lane -> UInt64 in
      let echo = Echo(payer: Lane(loop: lane.loop, name: "tenant"))
      let home = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
      // Without sockets the test says so.
      guard let descriptor = try? DatagramSocket.bind(to: home) else { return .max }
      let socket = DatagramSocket(descriptor: descriptor, loop: lane.loop, handler: echo)
      defer { socket.close() }
      guard (try? socket.register()) != nil else { return .max }
      let target = socket.address
      // Sent to itself, they go round.
      for number in 0..<128 {
        lane.loop.datagrams.reply(to: target, from: nil, paidBy: lane) { room in
          room[0] = UInt8(number)
          return 1
        }
        socket.flush()
      }
      let parker = Parker(on: lane)
      while socket.batchCount < 10 { await parker.yield() }
      var worst: UInt64 = 0
      for _ in 0..<50 {
        let before = socket.batchCount
        await parker.yield()
        worst = max(worst, socket.batchCount - before)
      }
      return worst
    }
    #expect(worst <= 12)
  }

  @Test("what is done with a datagram before its payer is known is not the last one's")
  func chargesOfReading() async {
    let ticks = await SharedRuntime.run { lane -> (UInt64, UInt64) in
      let light = Lane(loop: lane.loop, name: "light")
      let heavy = Lane(loop: lane.loop, name: "heavy")
      let echo = Echo(payer: light) { datagram in
        guard datagram[0] & 1 == 1 else { return light }
        let end = lane.loop.threadCPUNanoseconds + 100_000
        while lane.loop.threadCPUNanoseconds < end {}
        return heavy
      }
      guard let pair = DatagramPair(lane: lane, handler: echo, host: (127, 0, 0, 1)) else {
        return (0, 0)
      }
      defer { pair.close() }
      for number in 0..<64 { pair.send([UInt8(number)]) }
      await pair.waitForReplies(64)
      return (light.ledger.ticks, heavy.ledger.ticks)
    }
    #expect(ticks.0 > 0 && ticks.0 < ticks.1 / 2)
  }

  @Test("a datagram that is too long is handed to nobody, and paid by its source")
  func tooLong() async {
    let outcome = await SharedRuntime.run { lane -> String in
      let echo = Echo(payer: lane)
      guard
        let pair = DatagramPair(
          lane: lane, handler: echo, host: (127, 0, 0, 1), home: (127, 9, 9, 9))
      else { return "no sockets" }
      defer { pair.close() }
      let source = lane.loop.arrivalLane(for: pair.clientSocket.address)
      let before = source.ledger.ticks
      pair.sendTooLong()
      pair.send([1])
      await pair.waitForReplies(1)
      guard pair.server.receivedCount == 2 else { return "\(pair.server.receivedCount) received" }
      return source.ledger.ticks > before ? "fine" : "the source has paid nothing"
    }
    #expect(outcome == "fine")
  }

  @Test("the longest datagram is received and answered whole")
  func longest() async {
    let replies = await SharedRuntime.run { lane -> [Int] in
      let echo = Echo(payer: lane)
      guard let pair = DatagramPair(lane: lane, handler: echo, host: (127, 0, 0, 1)) else {
        return []
      }
      defer { pair.close() }
      pair.send(Array(repeating: 2, count: RuntimeLimits.datagramBytes))
      await pair.waitForReplies(1)
      return pair.client.replies.map(\.count)
    }
    #expect(replies == [RuntimeLimits.datagramBytes])
  }
}

/// Sends every datagram back.
private final class Echo: DatagramHandler {
  private let usual: Lane
  private let choose: ((Span<UInt8>) -> Lane)?

  /// `choose` may take its time to say who pays.
  init(payer: Lane, choose: ((Span<UInt8>) -> Lane)? = nil) {
    usual = payer
    self.choose = choose
  }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    let payer = choose?(datagram) ?? usual
    arrival.charge(payer)
    arrival.reply(paidBy: payer) { room in
      for index in datagram.indices { room[index] = datagram[index] }
      return datagram.count
    }
  }
}

/// Keeps what comes.
private final class Collector: DatagramHandler {
  var replies: [[UInt8]] = []
  var peers: Set<SocketAddress> = []
  let payer: Lane

  init(payer: Lane) { self.payer = payer }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
    arrival.charge(payer)
    var copy: [UInt8] = []
    copy.append(datagram)
    replies.append(copy)
    peers.insert(arrival.peer)
  }
}

/// A server and a client, on one loop.
private struct DatagramPair {
  let server: DatagramSocket
  let clientSocket: DatagramSocket
  let client: Collector
  let target: SocketAddress
  let lane: Lane

  init?(
    lane: Lane, handler: Echo, host: (UInt8, UInt8, UInt8, UInt8),
    home: (UInt8, UInt8, UInt8, UInt8) = (127, 0, 0, 1), bindsAny: Bool = false
  ) {
    let named = SocketAddress(ipv4: host.0, host.1, host.2, host.3, port: 0)
    let any = SocketAddress(ipv4: 0, 0, 0, 0, port: 0)
    let home = SocketAddress(ipv4: home.0, home.1, home.2, home.3, port: 0)
    // Without sockets the test says so.
    guard let ours = try? DatagramSocket.bind(to: bindsAny ? any : named),
      let theirs = try? DatagramSocket.bind(to: home)
    else { return nil }
    self.lane = lane
    client = Collector(payer: lane)
    server = DatagramSocket(descriptor: ours, loop: lane.loop, handler: handler)
    clientSocket = DatagramSocket(descriptor: theirs, loop: lane.loop, handler: client)
    var target = named
    target.port = server.address.port
    self.target = target
    guard (try? server.register()) != nil, (try? clientSocket.register()) != nil else { return nil }
  }

  func send(_ bytes: [UInt8]) {
    let batch = lane.loop.datagrams
    batch.reply(to: target, from: nil, paidBy: lane) { room in
      for index in bytes.indices { room[index] = bytes[index] }
      return bytes.count
    }
    clientSocket.flush()
  }

  /// Sends a datagram that is longer than a batch's room.
  func sendTooLong() {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = target.port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let bytes = [UInt8](repeating: 3, count: RuntimeLimits.datagramBytes + 1)
    // Safe: borrowed for the call.
    _ = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe sendto(
          clientSocket.descriptor, bytes, bytes.count, 0, address,
          socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  func waitForReplies(_ count: Int) async {
    let parker = Parker(on: lane)
    while client.replies.count < count { await parker.yield() }
  }

  func close() {
    server.close()
    clientSocket.close()
  }
}

// Datagrams on loops, over the loopback interface.

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
  let payer: Lane

  init(payer: Lane) { self.payer = payer }

  func received(_ datagram: Span<UInt8>, _ arrival: DatagramArrival) {
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
    lane: Lane, handler: Echo, host: (UInt8, UInt8, UInt8, UInt8), bindsAny: Bool = false
  ) {
    let named = SocketAddress(ipv4: host.0, host.1, host.2, host.3, port: 0)
    let any = SocketAddress(ipv4: 0, 0, 0, 0, port: 0)
    let home = SocketAddress(ipv4: 127, 0, 0, 1, port: 0)
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

  func waitForReplies(_ count: Int) async {
    let parker = Parker(on: lane)
    while client.replies.count < count { await parker.yield() }
  }

  func close() {
    server.close()
    clientSocket.close()
  }
}

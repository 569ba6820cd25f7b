// A connection of HTTP/2 to an origin that sends whatever a fuzzer makes up.

import Exchange
import Glibc
import HTTP
import HTTP2Engine
import Primitives
import Runtime

@testable import HTTPClient

/// Exchanges of every kind on one connection, whose other end is here; checks what must always hold.
final class FuzzOrigin: HTTP2ClientConnectionOwner, @unchecked Sendable {
  // Confined to its loop.
  /// Exchanges of one connection, and how many of them begin at once.
  private static let exchanges = 8
  private static let exchangesAtFirst = 4

  let frames: FuzzOriginFrames
  let lane: Lane
  let tenant = FuzzTenant()
  private(set) var fault: String?
  private(set) var http2: HTTP2ClientConnection?
  /// The origin has closed.
  private(set) var isOver = false
  /// Bodies of requests that somebody still holds.
  var uploads = 0
  private let input: [UInt8]
  private let descriptor: Int32
  private let parker: Parker
  private var begun = 0
  private var active = 0
  private var closedCount = 0

  private init(_ input: [UInt8], on lane: Lane, descriptor: Int32) {
    self.input = input
    self.lane = lane
    self.descriptor = descriptor
    frames = FuzzOriginFrames(input)
    parker = Parker(on: lane)
  }

  /// What does not hold when an origin sends what `input` stands for; nil if all does.
  static func run(_ input: [UInt8], on lane: Lane) async -> String? {
    var ends: [Int32] = [-1, -1]
    let stream = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    guard unsafe socketpair(AF_UNIX, stream, 0, &ends) == 0 else { return "no pair of sockets" }
    let connection = ClientConnection(
      descriptor: ends[0], to: SocketAddress(ipv4: 127, 0, 0, 1, port: 1), on: lane)
    let origin = FuzzOrigin(input, on: lane, descriptor: ends[1])
    do {
      try connection.register()
      origin.http2 = try HTTP2ClientConnection(
        connection, owner: origin, memory: HTTP2ClientMemory(), idleTimeout: .seconds(60))
    } catch {
      return "no connection: \(error)"
    }
    await origin.exchange()
    return origin.fault
  }

  /// Notes what does not hold.
  func expect(_ holds: Bool, _ what: String) {
    if !holds && fault == nil { fault = what }
  }

  // MARK: - The other end

  private func exchange() async {
    begin(upTo: Self.exchangesAtFirst)
    // Not so many pieces that an input takes seconds.
    let wanted = Int(input.dropFirst().first ?? 0) * 8
    let pieces = wanted == 0 ? 0 : max(wanted, frames.bytes.count / 64)
    var position = 0
    while position < frames.bytes.count, http2?.connection.isOpen == true {
      let end = pieces == 0 ? frames.bytes.count : min(position + pieces, frames.bytes.count)
      send(frames.bytes[position..<end])
      position = end
      await round()
      takeRequests()
      begin(upTo: Self.exchanges)
    }
    await round()
    isOver = true
    close(descriptor)
    await untilAllEnded()
    check()
  }

  private func send(_ piece: ArraySlice<UInt8>) {
    // What the kernel does not take is lost, which is as good as any other input.
    _ = unsafe piece.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Reads what the client sends, unless this origin does not.
  private func takeRequests() {
    guard (input.first ?? 0) & 4 == 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while unsafe recv(descriptor, &buffer, buffer.count, 0) == buffer.count {}
  }

  private func round() async { await Self.round(parker) }

  /// Lets the loop look at its sockets once.
  static func round(_ parker: Parker) async {
    parker.lane.post { parker.wake() }
    _ = await parker.park()
  }

  private func untilAllEnded() async {
    for _ in 0..<1_000 where active > 0 || uploads > 0 || http2?.connection.isOpen == true {
      await round()
    }
  }

  private func check() {
    expect(active == 0, "\(active) exchanges did not end with their connection")
    expect(closedCount == 1, "the owner was told \(closedCount) times of the connection's end")
    expect(http2?.connection.isOpen == false, "the connection outlives its origin")
    expect(http2?.session.streamCount == 0, "streams outlive their connection")
    expect(http2?.session.queuedBytes == 0, "content of requests waits for nobody")
    expect(uploads == 0, "an upload outlives its exchange")
    expect(tenant.waitingBytes == 0, "\(tenant.waitingBytes) bytes still count for the tenant")
    weak let left = http2
    http2 = nil
    expect(left == nil, "the connection is never freed")
  }

  // MARK: - Exchanges

  private func begin(upTo count: Int) {
    while begun < count, let http2,
      http2.room(now: lane.loop.now, maximumAge: .seconds(60), maximumExchanges: count) > 0
    {
      let exchange = FuzzExchange(kind: (begun + Int(input.first ?? 0) >> 4) % 8, of: self)
      begun += 1
      active += 1
      lane.start {
        await exchange.run()
        self.active -= 1
      }
    }
  }

  func connectionHasRoom(_ connection: HTTP2ClientConnection) { begin(upTo: Self.exchanges) }

  func connectionClosed(_ connection: HTTP2ClientConnection) { closedCount += 1 }
}

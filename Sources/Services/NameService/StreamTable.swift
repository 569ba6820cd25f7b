// The TCP connections of the name service on one loop.

import DNS
import Primitives
import Runtime

/// Accepts connections within bounds, and keeps them.
struct StreamTable {
  private var listeners: [Listener] = []
  private var streams: [NameStream] = []
  /// Connections by the hash of the network they come from.
  private var networks: [UInt64: Int] = [:]
  /// Where responses are written before they are queued.
  private var buffer: [UInt8] = []

  var count: Int { streams.count }
  var longestIdle: NameStream? { streams.first }

  mutating func listen(on descriptor: Int32, server: NameServer) throws(RuntimeError) {
    let listener = Listener(descriptor: descriptor, loop: server.loop) {
      [unowned server] descriptor, peer in
      server.accepted(descriptor, peer)
    }
    try listener.register()
    listeners.append(listener)
  }

  func pause() {
    for listener in listeners { listener.pause() }
  }

  /// Whether there is room for another connection from the network of `peer`.
  func hasRoom(for peer: SocketAddress) -> Bool {
    streams.count < NameServiceLimits.connectionsPerLoop
      && networks[peer.prefixHash, default: 0] < NameServiceLimits.connectionsPerNetwork
  }

  mutating func insert(_ stream: NameStream) {
    stream.position = streams.count
    streams.append(stream)
    networks[stream.peer.prefixHash, default: 0] += 1
  }

  mutating func remove(_ stream: NameStream) {
    let last = streams.removeLast()
    if last !== stream {
      streams[stream.position] = last
      last.position = stream.position
    }
    let rest = networks[stream.peer.prefixHash, default: 1] - 1
    networks[stream.peer.prefixHash] = rest > 0 ? rest : nil
  }

  /// Lends a buffer that has room for the longest message.
  mutating func withBuffer(_ body: (inout [UInt8]) -> Void) {
    if buffer.isEmpty { buffer = Array(repeating: 0, count: DNSLimits.messageBytes) }
    body(&buffer)
  }
}

extension NameServer {
  /// Serves a connection that was accepted, or closes it if there are too many.
  func accepted(_ descriptor: Int32, _ peer: SocketAddress) {
    let stream = NameStream(descriptor: descriptor, peer: peer, server: self)
    guard streams.hasRoom(for: peer) else { return stream.close() }
    do throws(RuntimeError) { try stream.begin() } catch { return stream.close() }
    streams.insert(stream)
  }

  /// Writes the answer of `zone` to the query that was read over a connection.
  func answer(
    _ message: Span<UInt8>, _ zone: NameZone, _ room: inout MutableSpan<UInt8>
  ) -> Int {
    zone.lastUsed = loop.now
    counters.answered += 1
    let image = zone.snapshot.image.bytes
    return responder.answer(message, ImageReader(image.span), isStream: true, into: &room).length
  }

  /// Writes a response without records to the query that was read over a connection.
  func refuse(
    _ message: Span<UInt8>, _ code: ResponseCode, _ room: inout MutableSpan<UInt8>
  ) -> Int {
    counters.answered += 1
    return responder.refuse(message, code, isStream: true, into: &room)
  }
}

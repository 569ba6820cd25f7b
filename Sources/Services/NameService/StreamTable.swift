// The TCP connections of the name service on one loop.

import DNS
import Primitives
import Runtime

/// Accepts connections within bounds, and keeps them in the order of their last queries.
struct StreamTable {
  /// One place: a connection, or a link of the free ones.
  private struct Slot {
    var stream: NameStream?
    var bytes = 0
    /// Those whose last queries are just before and after this one's; `after` of a free place is the
    /// next free one.
    var before: Int32 = -1
    var after: Int32 = -1
  }

  private var listeners: [Listener] = []
  private var slots: [Slot] = []
  private var free: Int32 = -1
  private var first: Int32 = -1
  private var last: Int32 = -1
  private(set) var count = 0
  /// Bytes that wait on all connections.
  private(set) var waitingBytes = 0
  private(set) var isDraining = false
  /// Connections at most.
  var limit = NameServiceLimits.connectionsPerLoop
  var limitBytes = NameServiceLimits.waitingBytesPerLoop
  /// Connections by the hash of the network they come from.
  private var networks: [UInt64: Int] = [:]
  /// Where responses are written before they are queued.
  private var buffer: [UInt8] = []

  /// The connection whose last query is the longest ago.
  var longestIdle: NameStream? { first < 0 ? nil : slots[Int(first)].stream }

  /// The same of those that have something waiting.
  var longestWaiting: NameStream? {
    var place = first
    while place >= 0, slots[Int(place)].bytes == 0 { place = slots[Int(place)].after }
    return place < 0 ? nil : slots[Int(place)].stream
  }

  mutating func listen(on descriptor: Int32, server: NameServer) throws(RuntimeError) {
    let listener = Listener(descriptor: descriptor, loop: server.loop) {
      [unowned server] descriptor, peer in
      server.accepted(descriptor, peer)
    }
    try listener.register()
    listeners.append(listener)
  }

  /// Accepts no more; connections end when they are answered.
  mutating func drain() {
    isDraining = true
    for listener in listeners { listener.pause() }
    for slot in slots { slot.stream?.drain() }
  }

  /// Whether the network of `peer` may have another connection.
  func hasRoom(for peer: SocketAddress) -> Bool {
    networks[peer.prefixHash, default: 0] < NameServiceLimits.connectionsPerNetwork
  }

  mutating func insert(_ stream: NameStream) {
    if free < 0 {
      slots.append(Slot())
      free = Int32(slots.count - 1)
    }
    stream.position = Int(free)
    free = slots[stream.position].after
    slots[stream.position] = Slot(stream: stream)
    link(stream.position)
    count += 1
    networks[stream.peer.prefixHash, default: 0] += 1
  }

  mutating func remove(_ stream: NameStream) {
    let place = stream.position
    guard place >= 0 else { return }
    unlink(place)
    waitingBytes -= slots[place].bytes
    slots[place] = Slot(after: free)
    free = Int32(place)
    stream.position = -1
    count -= 1
    let rest = networks[stream.peer.prefixHash, default: 1] - 1
    networks[stream.peer.prefixHash] = rest > 0 ? rest : nil
  }

  /// A whole query of `stream` has come.
  mutating func touch(_ stream: NameStream) {
    guard stream.position >= 0 else { return }
    unlink(stream.position)
    link(stream.position)
  }

  /// So many bytes wait on `stream`.
  mutating func note(_ stream: NameStream, bytes: Int) {
    guard stream.position >= 0 else { return }
    waitingBytes += bytes - slots[stream.position].bytes
    slots[stream.position].bytes = bytes
  }

  private mutating func link(_ place: Int) {
    slots[place].before = last
    slots[place].after = -1
    if last >= 0 { slots[Int(last)].after = Int32(place) } else { first = Int32(place) }
    last = Int32(place)
  }

  private mutating func unlink(_ place: Int) {
    let (before, after) = (slots[place].before, slots[place].after)
    if before >= 0 { slots[Int(before)].after = after } else { first = after }
    if after >= 0 { slots[Int(after)].before = before } else { last = before }
  }

  /// Lends a buffer that has room for the longest message.
  mutating func withBuffer(_ body: (inout [UInt8]) -> Void) {
    if buffer.isEmpty { buffer = Array(repeating: 0, count: DNSLimits.messageBytes) }
    body(&buffer)
  }
}

extension NameServer {
  /// Serves a connection that was accepted, or closes it if its network has too many.
  func accepted(_ descriptor: Int32, _ peer: SocketAddress) {
    let stream = NameStream(descriptor: descriptor, peer: peer, server: self)
    guard streams.hasRoom(for: peer) else { return stream.close() }
    if streams.count >= streams.limit { streams.longestIdle?.end() }
    do throws(RuntimeError) { try stream.begin() } catch { return stream.close() }
    streams.insert(stream)
  }

  /// Closes connections for which more waits than there may be, those first that have been idle for
  /// longest.
  func makeRoomForBytes() {
    while streams.waitingBytes > streams.limitBytes, let stream = streams.longestWaiting {
      stream.end()
    }
  }

  /// Writes the answer of `zone` to the query that was read over a connection; nil if that needs a `rest`.
  func answer(
    _ message: Span<UInt8>, _ zone: NameZone, _ room: inout MutableSpan<UInt8>, rest: inout Rest
  ) -> Int? {
    zone.lastUsed = loop.now
    if isUnanswerable(zone) { return refuse(message, .serverFailure, &room) }
    let image = zone.snapshot.image.bytes
    let (length, answer) = responder.answer(
      message, ImageReader(image.span), nested: zone.snapshot.nested, signer: signer(of: zone),
      rules: rules(of: zone), isStream: true, into: &room)
    rest = self.rest(of: answer)
    guard rest == .nothing else { return nil }
    counters.answered += 1
    return length
  }

  /// Writes a response without records to the query that was read over a connection.
  func refuse(
    _ message: Span<UInt8>, _ code: ResponseCode, _ room: inout MutableSpan<UInt8>
  ) -> Int {
    counters.answered += 1
    return responder.refuse(message, code, isStream: true, into: &room)
  }
}

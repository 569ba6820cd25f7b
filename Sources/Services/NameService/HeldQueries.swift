// Queries over UDP that can't be answered at once.

import Primitives
import Runtime

/// Copies of queries that wait for their zone's turn, or for their zone, in a fixed number of places:
/// keeping one allocates nothing. Made when the first has to wait.
struct HeldQueries: ~Copyable {
  /// Queries in order, as places in `HeldQueries`.
  struct Chain {
    fileprivate var first: Int32 = -1
    fileprivate var last: Int32 = -1
    fileprivate(set) var count = 0
    var isEmpty: Bool { count == 0 }
  }

  /// Where a query came from.
  struct Origin {
    let peer: SocketAddress
    /// The address it was sent to; nil if the socket is bound to one.
    let local: SocketAddress?
    /// Which of the server's sockets.
    let socket: Int
  }

  /// One place: a query, or a link of the free ones.
  private struct Slot {
    var origin: Origin?
    var length = 0
    /// Times that its zone was looked up in vain.
    var rounds: UInt8 = 0
    /// The server's state in which its zone was told by the directory; 0 if by the zones in memory.
    var toldState: UInt64 = 0
    var next: Int32 = -1
  }

  private var slots: [Slot] = []
  private var bytes: [UInt8] = []
  private var free: Int32 = -1
  private var used = 0

  /// Places that nobody has.
  var freeCount: Int { NameServiceLimits.heldQueries - used }

  /// Puts a copy of `query` at the end of `chain`; false if there is no place.
  mutating func append(_ query: Span<UInt8>, _ origin: Origin, to chain: inout Chain) -> Bool {
    if slots.isEmpty { makeSlots() }
    guard query.count <= NameServiceLimits.heldQueryBytes, free >= 0 else { return false }
    let place = free
    free = slots[Int(place)].next
    used += 1
    slots[Int(place)] = Slot(origin: origin, length: query.count)
    let start = Int(place) * NameServiceLimits.heldQueryBytes
    for index in query.indices { bytes[start + index] = query[index] }
    link(place, to: &chain)
    return true
  }

  /// Moves the first query of `chain` to the end of `other`.
  mutating func move(firstOf chain: inout Chain, to other: inout Chain) {
    guard let place = unlink(firstOf: &chain) else { return }
    link(place, to: &other)
  }

  /// Lends the first query of `chain` to `body`.
  func withFirst<Result>(
    of chain: Chain, _ body: (Span<UInt8>, Origin) -> Result
  ) -> Result? {
    guard chain.first >= 0, let origin = slots[Int(chain.first)].origin else { return nil }
    let start = Int(chain.first) * NameServiceLimits.heldQueryBytes
    return bytes.withSpan { all in
      body(all.extracting(start..<(start + slots[Int(chain.first)].length)), origin)
    }
  }

  /// Where the first query of `chain` came from.
  func origin(firstOf chain: Chain) -> Origin? {
    chain.first < 0 ? nil : slots[Int(chain.first)].origin
  }

  /// Counts that the zone of the first query of `chain` is looked up once more; false if that was
  /// done often enough.
  mutating func beginRound(firstOf chain: Chain) -> Bool {
    guard chain.first >= 0 else { return false }
    slots[Int(chain.first)].rounds += 1
    return slots[Int(chain.first)].rounds < NameServiceLimits.lookupsPerQuery
  }

  /// Notes that the zone of the first query of `chain` was told by the directory when the server was
  /// in `state`.
  mutating func noteTold(firstOf chain: Chain, in state: UInt64) {
    if chain.first >= 0 { slots[Int(chain.first)].toldState = state }
  }

  /// Whether the zone of the first query of `chain` was told so.
  func wasTold(firstOf chain: Chain, in state: UInt64) -> Bool {
    chain.first >= 0 && slots[Int(chain.first)].toldState == state
  }

  /// Forgets the first query of `chain`.
  mutating func removeFirst(of chain: inout Chain) {
    guard let place = unlink(firstOf: &chain) else { return }
    slots[Int(place)] = Slot(next: free)
    free = place
    used -= 1
  }

  private mutating func link(_ place: Int32, to chain: inout Chain) {
    slots[Int(place)].next = -1
    if chain.last >= 0 { slots[Int(chain.last)].next = place } else { chain.first = place }
    chain.last = place
    chain.count += 1
  }

  private mutating func unlink(firstOf chain: inout Chain) -> Int32? {
    guard chain.first >= 0 else { return nil }
    let place = chain.first
    chain.first = slots[Int(place)].next
    if chain.first < 0 { chain.last = -1 }
    chain.count -= 1
    return place
  }

  private mutating func makeSlots() {
    let count = NameServiceLimits.heldQueries
    slots = (0..<count).map { Slot(next: $0 + 1 < count ? Int32($0 + 1) : -1) }
    bytes = Array(repeating: 0, count: count * NameServiceLimits.heldQueryBytes)
    free = 0
  }
}

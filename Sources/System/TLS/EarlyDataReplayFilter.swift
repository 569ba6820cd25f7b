// Which 0-RTT flights this process has seen, so that none is taken twice.

package import Primitives

/// Remembers 0-RTT flights for as long as a replay of them would pass the check of ticket age
/// (RFC 8446 section 8.2, ClientHello recording with a freshness check).
///
/// One per process, shared by all its loops. A flight is known by its ClientHello's random, which
/// the PSK binder covers, so a replay can't change it. Two windows of `Limits.replayWindowSeconds`
/// rotate. Whatever is not certain is refused, which only costs the client a round trip: the first
/// window after start (flights that an earlier process saw), and a full window. Against a replay at
/// *another* server nothing helps but safe methods, which the HTTP layer sees to (RFC 8470).
package final class EarlyDataReplayFilter: Sendable {
  private let windows: Guarded<Windows>
  private let hash: KeyedHash

  /// A filter of a process that started at `start`.
  package init(start: Instant, hash: KeyedHash, rememberedFlights: Int = Limits.rememberedFlights) {
    precondition(rememberedFlights > 0)
    self.hash = hash
    windows = Guarded(Windows(start: start, capacity: rememberedFlights))
  }

  /// Whether the flight with this ClientHello random is seen for the first time at `now`.
  package func admits(random: Span<UInt8>, now: Instant) -> Bool {
    let key = hash.hash(random)
    return windows.withLock { $0.admits(key == 0 ? 1 : key, now: now) }
  }

  /// Two sets of which the younger takes entries.
  struct Windows {
    private let start: Instant
    private let capacity: Int
    private var turned: Instant
    private var current: Table
    private var previous: Table

    private static let length = Duration.seconds(Limits.replayWindowSeconds)

    init(start: Instant, capacity: Int) {
      self.start = start
      self.capacity = capacity
      turned = start
      current = Table(capacity: capacity)
      previous = Table(capacity: capacity)
    }

    mutating func admits(_ key: UInt64, now: Instant) -> Bool {
      guard now >= start + Self.length else { return false }
      turn(now)
      guard !previous.contains(key) else { return false }
      return current.insert(key)
    }

    private mutating func turn(_ now: Instant) {
      guard now >= turned + Self.length else { return }
      swap(&current, &previous)
      current.clear()
      // After a silence longer than a window the older one has nothing of interest either.
      if now >= turned + Self.length + Self.length { previous.clear() }
      turned = now
    }
  }

  /// A set of non-zero words with open addressing, half full at most; its memory is made at first
  /// use, because many servers never see early data.
  struct Table {
    private let capacity: Int
    private let mask: Int
    private var slots: [UInt64] = []
    private var count = 0

    init(capacity: Int) {
      self.capacity = capacity
      var size = 2
      while size < capacity * 2 { size *= 2 }
      mask = size - 1
    }

    func contains(_ key: UInt64) -> Bool {
      guard !slots.isEmpty else { return false }
      return slots[position(of: key)] == key
    }

    /// Whether `key` is new and was taken.
    mutating func insert(_ key: UInt64) -> Bool {
      guard count < capacity else { return false }
      if slots.isEmpty { slots = [UInt64](repeating: 0, count: mask + 1) }
      let position = position(of: key)
      guard slots[position] == 0 else { return false }
      slots[position] = key
      count += 1
      return true
    }

    mutating func clear() {
      guard count > 0 else { return }
      count = 0
      for index in slots.indices { slots[index] = 0 }
    }

    /// Where `key` is, or the free slot where it would go.
    private func position(of key: UInt64) -> Int {
      var position = Int(truncatingIfNeeded: key) & mask
      while slots[position] != 0 && slots[position] != key { position = (position + 1) & mask }
      return position
    }
  }
}

// Addresses of names, with when they were asked for.

import Primitives
import Runtime

/// What one loop knows of origins' names: addresses for a bounded time, used beyond it while they
/// are asked for again, and failures for a moment.
struct NameTable {
  /// What to do about a name.
  enum Lookup: Equatable {
    case addresses([SocketAddress])
    /// As above, and somebody should ask again.
    case stale([SocketAddress])
    case failed(String)
    /// Somebody should ask; the caller waits.
    case unknown
    /// Somebody is asking; the caller waits.
    case pending
  }

  /// What is known of one name.
  private struct Entry {
    var addresses: [SocketAddress] = []
    var reason = ""
    var validUntil = Instant(nanoseconds: 0)
    var usableUntil = Instant(nanoseconds: 0)
    var isPending = false
    var usedAt = Instant(nanoseconds: 0)
  }

  private var entries: [String: Entry] = [:]

  var count: Int { entries.count }

  /// Looks `name` up. After `unknown` and `stale` the caller must ask and say `resolved` or `failed`.
  mutating func lookUp(_ name: String, now: Instant) -> Lookup {
    guard var entry = entries[name] else {
      makeRoom()
      entries[name] = Entry(isPending: true, usedAt: now)
      return .unknown
    }
    defer { entries[name] = entry }
    entry.usedAt = now
    if now < entry.validUntil {
      return entry.addresses.isEmpty ? .failed(entry.reason) : .addresses(entry.addresses)
    }
    let isUsable = !entry.addresses.isEmpty && now < entry.usableUntil
    if entry.isPending { return isUsable ? .addresses(entry.addresses) : .pending }
    entry.isPending = true
    return isUsable ? .stale(entry.addresses) : .unknown
  }

  mutating func resolved(_ name: String, _ addresses: [SocketAddress], now: Instant) {
    precondition(!addresses.isEmpty)
    guard var entry = entries[name] else { return }
    entry.addresses = addresses
    entry.validUntil = now + OriginLimits.nameTTL
    entry.usableUntil = entry.validUntil + OriginLimits.nameStaleness
    entry.isPending = false
    entries[name] = entry
  }

  /// The lookup failed: addresses that are known stay in use until they are too old.
  mutating func failed(_ name: String, _ reason: String, now: Instant) {
    guard var entry = entries[name] else { return }
    if now >= entry.usableUntil { entry.addresses = [] }
    entry.reason = reason
    entry.validUntil = now + OriginLimits.failedNameTTL
    entry.isPending = false
    entries[name] = entry
  }

  private mutating func makeRoom() {
    guard entries.count >= OriginLimits.cachedNames else { return }
    // Rare: a loop's zones have more names than it remembers.
    let idle = entries.filter { !$0.value.isPending }
    guard let oldest = idle.min(by: { $0.value.usedAt < $1.value.usedAt }) else { return }
    entries[oldest.key] = nil
  }
}

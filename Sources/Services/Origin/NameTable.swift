// Addresses of names, with when they were asked for.

import Primitives
import Runtime

/// What one loop knows of origins' names: addresses for a bounded time, used beyond it while they
/// are asked for again, and failures for a while that grows.
struct NameTable {
  /// What to do about a name.
  enum Lookup: Equatable {
    case addresses([SocketAddress])
    /// As above, and somebody should ask again.
    case stale([SocketAddress])
    case failed(String)
    /// Somebody should ask; the caller waits.
    case unknown
  }

  /// What is known of one name.
  private struct Entry {
    var addresses: [SocketAddress] = []
    var reason = ""
    var failures = 0
    var validUntil = Instant(nanoseconds: 0)
    var usableUntil = Instant(nanoseconds: 0)
    var usedAt = Instant(nanoseconds: 0)
  }

  /// A name that a zone waited for in vain.
  private struct Delay: Hashable {
    let name: String
    let zone: ZoneID
  }

  private var entries: [String: Entry] = [:]
  /// Until when they are not waited for.
  private var delays: [Delay: Instant] = [:]

  var count: Int { entries.count }

  /// Looks `name` up.
  mutating func lookUp(_ name: String, now: Instant) -> Lookup {
    guard let entry = entries[name] else { return .unknown }
    entries[name]?.usedAt = now
    if now < entry.validUntil {
      return entry.addresses.isEmpty ? .failed(entry.reason) : .addresses(entry.addresses)
    }
    let isUsable = !entry.addresses.isEmpty && now < entry.usableUntil
    return isUsable ? .stale(entry.addresses) : .unknown
  }

  mutating func resolved(_ name: String, _ addresses: [SocketAddress], now: Instant) {
    precondition(!addresses.isEmpty)
    change(name, now) { entry in
      entry.addresses = addresses
      entry.failures = 0
      entry.validUntil = now + OriginLimits.nameTTL
      entry.usableUntil = entry.validUntil + OriginLimits.nameStaleness
    }
  }

  /// The lookup failed after `took`: addresses that are known stay in use until they are too old. The
  /// failure is remembered for longer each time, and for much longer than it took to learn it.
  mutating func failed(_ name: String, _ reason: String, took: Duration, now: Instant) {
    change(name, now) { entry in
      if now >= entry.usableUntil { entry.addresses = [] }
      entry.reason = reason
      let memory = max(
        OriginLimits.failedNameTTL * (1 << min(entry.failures, 10)),
        took * OriginLimits.failedNameFactor)
      entry.failures += 1
      entry.validUntil = now + min(memory, OriginLimits.longestFailedNameTTL)
    }
  }

  /// The lookup has not ended in time for `zone`: for a moment its exchanges don't wait for it. Other
  /// zones' turn may come sooner.
  mutating func delayed(_ name: String, for zone: ZoneID, now: Instant) {
    if delays.count >= OriginLimits.cachedNames { delays.removeAll() }
    delays[Delay(name: name, zone: zone)] = now + OriginLimits.delayedNameTTL
  }

  /// Whether `zone` waited in vain for `name` a moment ago.
  func isDelayed(_ name: String, for zone: ZoneID, now: Instant) -> Bool {
    (delays[Delay(name: name, zone: zone)]).map { now < $0 } ?? false
  }

  private mutating func change(_ name: String, _ now: Instant, _ body: (inout Entry) -> Void) {
    if entries[name] == nil { makeRoom() }
    body(&entries[name, default: Entry(usedAt: now)])
  }

  private mutating func makeRoom() {
    guard entries.count >= OriginLimits.cachedNames else { return }
    // Rare: a loop's zones have more names than it remembers.
    guard let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt }) else { return }
    entries[oldest.key] = nil
  }
}

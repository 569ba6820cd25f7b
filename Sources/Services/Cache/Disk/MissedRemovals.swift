// What was to be forgotten before the store was open.

import Primitives

/// Removals that wait for the store. Beyond the limit all of a zone's records go.
struct MissedRemovals: Sendable {
  private var keys: [(key: [UInt8], zone: ZoneID)] = []
  private var zones: Set<ZoneID> = []

  mutating func add(_ key: Span<UInt8>, of zone: ZoneID) {
    guard !zones.contains(zone) else { return }
    guard keys.count < DiskLimits.missedRemovals else { return add(zone) }
    var copy: [UInt8] = []
    copy.append(key)
    keys.append((copy, zone))
  }

  mutating func add(_ zone: ZoneID) { zones.insert(zone) }

  func apply(to store: DiskStore) {
    for zone in zones { store.removeAll(of: zone) }
    for (key, zone) in keys { store.remove(store.index.secret.digest(of: key.span), of: zone) }
  }
}

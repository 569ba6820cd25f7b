// When large bodies are sent from the disk.

import HTTP
import Primitives

extension CacheShard {
  /// From how many bytes on a body on the disk had better be sent from there by the kernel, as far as this
  /// shard knows: memory has no room that it is worth. Nil if it has. What was asked for lately is worth a
  /// place there, but not that of many others.
  func leastLent(_ hash: UInt64, of zone: ZoneID) -> Int? {
    guard queues.bytes + inFlightBytes + DiskLimits.bodyBytes > capacity,
      let slot = zoneSlots[zone], queues.isLargest(slot)
    else { return nil }
    return queues.isRemembered(hash, zone: slot)
      ? DiskLimits.lentBytesOfRemembered : DiskLimits.lentBytes
  }

  /// The same of a key that this shard owns: nil as well if it is here, or on its way.
  func leastLent(
    _ hash: UInt64, _ key: [UInt8], of zone: ZoneID, for fields: FieldBlock
  ) -> Int? {
    guard find(hash, key, fields) == nil, !isFetched(hash, key) else { return nil }
    return leastLent(hash, of: zone)
  }

  /// Whether anybody fetches for a key, as far as this loop knows.
  func isFetched(_ hash: UInt64, _ key: [UInt8]) -> Bool {
    flights.first(hash) { $0.key == key } != nil
      || claims.first(hash) { $0.flight.key == key } != nil
  }

  /// Stores what was read from the disk; of what is lent it is only remembered that it was asked for.
  func take(_ response: StoredResponse) {
    // What is learnt of a stale one, as that its origin fails, must be known to others.
    if response.freshness.isFresh(at: now) { promote(response) } else { insert(response) }
  }
}

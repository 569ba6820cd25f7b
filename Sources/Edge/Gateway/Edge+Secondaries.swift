// Secondaries are told of changes.

import NameService
package import Primitives
import Runtime
package import Storage
import Zones

extension Edge {
  /// Lets one of the loops tell the secondaries of a zone that it has changed. From any thread.
  func tellSecondaries(of zone: ZoneID, _ apex: [UInt8]) {
    // Always the same loop for a zone, so that what it does for many changes is one thing.
    let index = Int(truncatingIfNeeded: (zone.high ^ zone.low) % UInt64(nodes.count))
    let node = nodes[index]
    node.gateway.loop.systemLane.post { node.nameServer.tellSecondaries(of: apex) }
  }

  /// Tells the secondaries, where there are some, of up to `limit` zones behind `id` that there may be
  /// changes, as after a start; the last of these zones, nil if there are none. From a task on any loop.
  package func tellSecondaries(
    after id: ZoneID?, limit: Int
  ) async throws(StorageError) -> ZoneID? {
    let found = await group.storage[1].perform { [directory] in
      do throws(StorageError) {
        return Result<_, StorageError>.success(
          try directory.store.copiedZones(after: id, limit: limit))
      } catch { return .failure(error) }
    }
    let zones = try found.get()
    for zone in zones where zone.isTold {
      tellSecondaries(of: zone.id, ApexKeys.wire(name: zone.name))
    }
    return zones.last?.id
  }
}

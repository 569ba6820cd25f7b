// What the storage thread tells the loops of a change.

import Primitives
import Zones

/// A change on its way to the loops.
package struct Publication: Sendable {
  /// What changes for one zone.
  package struct Zone: Sendable {
    let id: ZoneID
    /// The new snapshot if some loop may have the zone in memory.
    let snapshot: ZoneSnapshot?
    let isRemoved: Bool
    let hostnames: [Hostname]
  }

  package let sequence: UInt64
  package internal(set) var zones: [Zone] = []
}

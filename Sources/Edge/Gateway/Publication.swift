// What the storage thread tells the loops of a change.

import Primitives
import Runtime
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
  /// Zones whose secondaries are to be told, with their apexes in wire form.
  var told: [(zone: ZoneID, apex: [UInt8])] = []
  /// What zones are to pay for of making this.
  var spent: [(zone: ZoneID, ledger: LaneLedger)] = []

  /// The zones in pieces that a loop puts into force in one go.
  var pieces: [ArraySlice<Zone>] {
    var pieces: [ArraySlice<Zone>] = []
    var start = 0
    var names = 0
    for (index, zone) in zones.enumerated() {
      names += 1 + zone.hostnames.count
      guard names >= GatewayLimits.namesPerPublicationTurn || index == zones.count - 1 else {
        continue
      }
      pieces.append(zones[start...index])
      start = index + 1
      names = 0
    }
    return pieces
  }
}

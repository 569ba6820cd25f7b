// What a gateway says of itself.

package import Primitives
package import Runtime

/// What zones did and used on one loop, at one instant.
package struct GatewayReading: Sendable {
  /// One zone that is in the loop's memory.
  package struct Zone: Sendable {
    package let id: ZoneID
    package let name: String
    package let counters: ZoneCounters
    package let ledger: LaneLedger
    package let connections: Int
    package let exchangesInFlight: Int
    package let waitingOutputBytes: Int
  }

  package var zones: [Zone] = []
  /// Zones that have left memory since the start, together.
  package var departed: (counters: ZoneCounters, ledger: LaneLedger)
  package var systemLanes: [(name: String, ledger: LaneLedger)] = []
  package var longJobs: [LongJob] = []
  package var longJobCount: UInt64 = 0
}

extension Gateway {
  /// Reads all counters. On the loop.
  package func reading() -> GatewayReading {
    loop.settleCharges()
    var reading = GatewayReading(departed: (departed, departedLedger))
    for zone in zones.values {
      reading.zones.append(
        GatewayReading.Zone(
          id: zone.id, name: zone.lane.name, counters: zone.counters, ledger: zone.lane.ledger,
          connections: zone.connections, exchangesInFlight: zone.exchangesInFlight,
          waitingOutputBytes: zone.waitingOutputBytes))
    }
    reading.systemLanes = loop.systemLanes.map { ($0.name, $0.ledger) }
    reading.longJobs = loop.longJobs
    reading.longJobCount = loop.longJobCount
    return reading
  }
}

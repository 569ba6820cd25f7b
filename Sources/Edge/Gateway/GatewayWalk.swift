// Reading all counters of a loop, a few zones at a time.

import Primitives
import Runtime

/// Goes through the zones of one loop and reads what they count; `advance` is one turn of it.
///
/// Each zone is read once, whatever comes and goes meanwhile: one that leaves before its turn is
/// read as it leaves, one that is new is left for the next walk. Confined to the gateway's loop.
final class GatewayWalk: @unchecked Sendable {
  // Confined to the loop.
  private unowned let gateway: Gateway
  private(set) var reading: GatewayReading
  /// Zones that are not read yet: those that come first in the gateway's list.
  private var rest: Int
  /// Zones that were read and then took the place of one that was not.
  private var moved: Set<ZoneID> = []

  init(_ gateway: Gateway) {
    self.gateway = gateway
    rest = gateway.activeZones
    gateway.loop.settleCharges()
    reading = GatewayReading(departed: (gateway.departed, gateway.departedLedger))
    reading.zones.reserveCapacity(rest)
    reading.systemLanes = (gateway.loop.systemLanes + gateway.commonLanes).map {
      ($0.name, $0.ledger)
    }
    reading.longJobs = gateway.loop.longJobs
    reading.longJobCount = gateway.loop.longJobCount
  }

  /// Reads some more zones; true when that was all.
  func advance() -> Bool {
    for _ in 0..<min(GatewayLimits.zonesPerReadingTurn, rest) {
      rest -= 1
      if let zone = gateway.zone(at: rest) { read(zone) }
    }
    return rest == 0
  }

  /// A zone leaves the gateway's list, and `last` takes its place there.
  func zoneLeaves(_ zone: ZoneState, for last: ZoneState) {
    guard zone.position < rest else { return }
    read(zone)
    if last.position >= rest { moved.insert(last.id) }
  }

  private func read(_ zone: ZoneState) {
    guard !moved.contains(zone.id) else { return }
    reading.zones.append(
      GatewayReading.Zone(
        id: zone.id, name: zone.lane.name, counters: zone.counters, ledger: zone.lane.ledger,
        waits: zone.lane.waitReading(),
        connections: zone.connections.count, exchangesInFlight: zone.exchangesInFlight,
        waitingOutputBytes: zone.waitingOutputBytes))
  }
}

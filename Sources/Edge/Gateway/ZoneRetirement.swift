// The connections of a zone that is no more come to their end.

import Exchange
import Runtime

/// Tells the connections of a retired zone to let go of it, a few per turn of the system's lane.
final class ZoneRetirement: LoopWork {
  private let zone: ZoneState
  /// Connections that are not told yet: those that come first in the zone's list.
  private var rest: Int

  init(_ zone: ZoneState) {
    self.zone = zone
    rest = zone.connections.count
    super.init(on: zone.gateway.loop.systemLane)
  }

  override func run() {
    // From the end: one that lets go at once gives its place to the last one, which has been told.
    for _ in 0..<min(GatewayLimits.connectionsPerRetirementTurn, rest) {
      rest -= 1
      if rest < zone.connections.count { zone.connections[rest].tenantRetired() }
    }
    if rest > 0 { enqueue() }
  }
}

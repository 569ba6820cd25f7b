// Zones that nobody uses leave the loop's memory.

import Runtime

/// Looks at the zones of one loop, a few per turn of the system's lane, and takes idle ones out.
final class ZoneSweep: LoopWork {
  private unowned let gateway: Gateway
  /// Zones of the pass that are not looked at yet: those that come first in the gateway's list.
  private var rest = 0

  init(_ gateway: Gateway) {
    self.gateway = gateway
    super.init(on: gateway.loop.systemLane)
  }

  /// Starts a pass over all zones, unless one is under way.
  func begin() {
    guard rest == 0 else { return }
    rest = gateway.activeZones
    if rest > 0 { enqueue() }
  }

  override func run() {
    // From the end: a zone that is dropped gives its place to the last one, which was looked at.
    for _ in 0..<min(GatewayLimits.zonesPerSweepTurn, rest) {
      rest -= 1
      gateway.dropIfIdle(at: rest)
    }
    if rest > 0 { enqueue() }
  }
}

// Until when queries wait for addresses of aliases' targets.

import Primitives
import Runtime

/// Wakes those who have waited long enough. All wait equally long, so that they are in order. Confined to
/// its loop.
final class AliasWaits: LoopWork {
  private unowned let server: NameServer
  /// Queries and connections that wait on the loop.
  var count = 0
  private var line: [(zone: NameZone, entry: AliasAddresses.Entry, until: Instant)] = []
  private var first = 0

  init(server: NameServer) {
    self.server = server
    super.init(on: server.loop.systemLane)
  }

  /// The first begins to wait for `entry`.
  func begin(_ zone: NameZone, _ entry: AliasAddresses.Entry) {
    line.append((zone, entry, entry.waitsUntil))
    if deadline == .never { setDeadline(entry.waitsUntil) }
  }

  override func run() {
    var budget = NameServiceLimits.aliasWaitsPerTurn
    while first < line.count, line[first].until <= loop.now {
      guard budget > 0 else { return enqueue() }
      budget -= 1
      let (zone, entry, until) = line[first]
      first += 1
      // It may have come, and been asked for anew.
      if entry.waitsUntil == until { server.wake(entry, zone) }
    }
    line.removeFirst(first)
    first = 0
    setDeadline(line.first?.until ?? .never)
  }
}

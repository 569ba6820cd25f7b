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
    /// Who kept it waiting in the last minute; nil if nobody did.
    package let waits: WaitReading?
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
  /// Reads all counters, in turns of the loop's system lane. From a task on any loop.
  package func reading() async -> GatewayReading {
    let walk = await loop.perform { self.beginWalk() }
    while await !loop.perform({ walk.advance() }) {}
    return await loop.perform {
      self.walks.removeAll { $0 === walk }
      return walk.reading
    }
  }

  /// Begins a walk, which hears of zones that leave until it is taken out of `walks`.
  func beginWalk() -> GatewayWalk {
    let walk = GatewayWalk(self)
    walks.append(walk)
    return walk
  }
}

// Zones pay for what threads beside the loops do for them.

import NameService
package import Primitives
package import Runtime

extension Edge {
  /// Lets a zone pay for work that the thread of `loop`, which serves no tenant, did for it. If no loop
  /// has the zone in memory it stays the thread's own. From a task on any loop.
  package func charge(_ work: LaneLedger, of loop: EventLoop, to zone: ZoneID) async {
    for node in nodes {
      let isPaid = await node.gateway.loop.perform { node.gateway.charge(work, to: zone) }
      guard isPaid else { continue }
      return notePaid(work, of: loop)
    }
  }

  /// Has all loops told what `lookups` find, and zones pay for that.
  func tell(of lookups: AliasLookups) {
    let loop = group.storage[0]
    lookups.tell { [nodes] question, finding in
      for node in nodes {
        node.gateway.loop.systemLane.post { node.nameServer.learn(question, finding) }
      }
    } payment: { [weak self] work, zone in
      guard let self else { return }
      loop.systemLane.start { await self.charge(work, of: loop, to: zone) }
    }
  }

  /// The lane of a zone that `loop` has in memory. On that loop.
  func lane(of zone: ZoneID, on loop: EventLoop) -> Lane? {
    nodes.first { $0.gateway.loop === loop }?.gateway.zones[zone]?.lane
  }

  /// Notes that a zone has paid for work of the thread of `loop`. From any thread.
  func notePaid(_ work: LaneLedger, of loop: EventLoop) {
    paid.withLock { $0[ObjectIdentifier(loop), default: 0] += work.cpuNanoseconds }
  }

  /// CPU time of a thread that serves no tenant, but for what zones have paid. From any thread.
  package func ownNanoseconds(of loop: EventLoop) -> UInt64 {
    let all = loop.threadCPUNanoseconds
    return all - min(all, paid.withLock { $0[ObjectIdentifier(loop)] ?? 0 })
  }
}

extension Gateway {
  /// Lets a zone pay for work that was done elsewhere; false if this loop does not have it in memory.
  fileprivate func charge(_ work: LaneLedger, to id: ZoneID) -> Bool {
    guard let zone = zones[id] else { return false }
    zone.lane.ledger += work
    return true
  }
}

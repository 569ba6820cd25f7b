// DNS queries of the loop's zones.

import Cache
package import DNS
package import NameService
import Primitives
import Runtime
import Storage

extension Gateway: NameDirectory {
  /// Looks up on the storage thread. A zone that is found comes into this loop's memory as a whole: its
  /// lane and its changes are the same for all that the tenant does here.
  package func findRecords(
    for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void
  ) {
    directory.loop.systemLane.post { [self] in
      var found: [ZoneDirectory.Found] = []
      for name in names {
        switch directory.lookUp(name: name) {
        case .found(let one): found.append(one.found)
        case .unloaded(let tenant): return load(tenant, for: names, body)
        }
      }
      loop.systemLane.post { [self, found] in body(found.map { activated($0) }) }
    }
  }

  /// One of the zones has many purges: they are taken over first.
  private func load(
    _ tenant: CacheZone, for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void
  ) {
    directory.reader.systemLane.post { [self] in
      let error = directory.load(tenant)
      loop.systemLane.post { [self] in
        guard let error else { return findRecords(for: names, body) }
        body(names.map { _ in .failed(error.description) })
      }
    }
  }

  /// Finds on a storage thread what has changed since, or in which order a signed zone is sent.
  package func planTransfer(
    of snapshot: NameZoneSnapshot, after serial: SerialNumber?,
    _ body: @escaping @Sendable (TransferPlan) -> Void
  ) {
    directory.reader.systemLane.post { [self] in
      let (plan, ledger) = LaneLedger.count { directory.plan(of: snapshot, after: serial) }
      loop.systemLane.post { [self] in
        if let ledger, let zone = zones[snapshot.id] {
          zone.lane.ledger += ledger
          notePaid?(ledger, directory.reader)
        }
        body(plan)
      }
    }
  }

  private func activated(_ found: ZoneDirectory.Found) -> FoundName {
    switch found {
    case .zone(let snapshot):
      let zone = activate(snapshot)
      // A change that came meanwhile may have taken the records away.
      guard let names = zone.snapshot.records else { return .unknown }
      return .zone(names, zone.lane)
    case .unknown: return .unknown
    case .failed(let error): return .failed(error.description)
    }
  }
}

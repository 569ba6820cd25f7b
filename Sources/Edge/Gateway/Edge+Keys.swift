// What the zone above says of a zone's keys.

import NameService
package import Primitives
package import Runtime
package import Zones

extension Edge {
  /// Asks a resolver which DS records the zone above has for the zone `name`. From a task on `lane`.
  package func delegations(
    of name: String, zone: ZoneID, on lane: Lane
  ) async -> ParentAnswer {
    let told = Guarded<AliasFinding??>(nil)
    let parker = Parker(on: lane)
    aliasLookups.askDelegations(of: ApexKeys.wire(name: name), zone: zone) { finding in
      told.withLock { $0 = .some(finding) }
      lane.post { parker.wake() }
    }
    while true {
      switch told.withLock({ $0 }) {
      case nil: _ = await parker.park()
      case .some(nil): return .unasked
      case .addresses(let run, _)??: return .delegations(Self.contents(of: run))
      case .some: return .unknown
      }
    }
  }

  private static func contents(of run: [UInt8]) -> [[UInt8]] {
    var contents: [[UInt8]] = []
    var place = 0
    while place + 2 <= run.count {
      let end = place + 2 + (Int(run[place]) << 8 | Int(run[place + 1]))
      guard end <= run.count else { break }
      contents.append(Array(run[(place + 2)..<end]))
      place = end
    }
    return contents
  }
}

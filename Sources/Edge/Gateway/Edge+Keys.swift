// What the zone above says of a zone's keys.

import DNS
import NameService
package import Primitives
package import Runtime
package import Zones

extension Edge {
  /// Asks a resolver which DS records the zone above has for the zone `name`. From a task on `lane`.
  package func delegations(
    of name: String, zone: ZoneID, on lane: Lane
  ) async -> ParentAnswer { await ask(.ds, of: name, zone: zone, on: lane) }

  /// The name servers of the zone `name`, as a resolver tells, in lower case and without final dots; nil if nobody
  /// can tell. From a task on `lane`.
  package func nameServers(of name: String, zone: ZoneID, on lane: Lane) async -> [String]? {
    guard case .delegations(let found) = await ask(.ns, of: name, zone: zone, on: lane) else {
      return nil
    }
    return found.compactMap { wire in
      do throws(DNSError) {
        let text = try DomainName(wire: wire.span).canonical.description
        return text.count > 1 && text.hasSuffix(".") ? String(text.dropLast()) : text
      } catch { return nil }
    }
  }

  private func ask(
    _ type: RecordType, of name: String, zone: ZoneID, on lane: Lane
  ) async -> ParentAnswer {
    let told = Guarded<AliasFinding??>(nil)
    let parker = Parker(on: lane)
    aliasLookups.askDelegations(of: ApexKeys.wire(name: name), zone: zone, type: type) {
      finding in
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

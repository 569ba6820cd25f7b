// What the zone above says of a zone's keys.

import DNS
import NameService
package import Primitives
package import Runtime
import Zones

extension Edge {
  /// The contents of the DS records that the zone above has for the zone `name`, as a resolver tells; nil if
  /// nobody can tell. From a task on `lane`.
  package func delegations(
    of name: String, zone: ZoneID, on lane: Lane
  ) async -> [[UInt8]]? {
    await delegations(of: name, zone: zone, .ds, on: lane)
  }

  /// The name servers of the zone `name`, as a resolver tells, in lower case and without final dots; nil if nobody
  /// can tell. From a task on `lane`.
  package func nameServers(of name: String, zone: ZoneID, on lane: Lane) async -> [String]? {
    guard let found = await delegations(of: name, zone: zone, .ns, on: lane) else { return nil }
    return found.compactMap { wire in
      do throws(DNSError) {
        let text = try DomainName(wire: wire.span).canonical.description
        return text.count > 1 && text.hasSuffix(".") ? String(text.dropLast()) : text
      } catch { return nil }
    }
  }

  private func delegations(
    of name: String, zone: ZoneID, _ type: RecordType, on lane: Lane
  ) async -> [[UInt8]]? {
    let told = Guarded<AliasFinding?>(nil)
    let parker = Parker(on: lane)
    aliasLookups.askDelegations(of: ApexKeys.wire(name: name), zone: zone, type: type) {
      finding in
      told.withLock { $0 = finding }
      lane.post { parker.wake() }
    }
    while told.withLock({ $0 }) == nil { _ = await parker.park() }
    guard case .addresses(let run, _)? = told.withLock({ $0 }) else { return nil }
    return Self.contents(of: run)
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

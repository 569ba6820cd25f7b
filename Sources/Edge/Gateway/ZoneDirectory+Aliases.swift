// Where aliases lead through the zones of this server.

import Cache
import DNS
import NameService

extension ZoneDirectory {
  /// What following an alias came to.
  enum AliasPath: Sendable {
    case found(AliasFinding)
    /// It leads to this name, which is in no zone of ours; the aliases on the way are good for `ttl`
    /// seconds.
    case outside([UInt8], ttl: UInt32)
    /// A zone has so many purges that they are to be taken over elsewhere first.
    case unloaded(CacheZone)
  }

  /// Follows aliases from `name`, in canonical wire form, to addresses of the family `type`. On `loop`.
  func follow(_ name: [UInt8], _ type: RecordType) -> AliasPath {
    var (name, ttl) = (name, UInt32.max)
    for _ in 0..<NameServiceLimits.aliasChain {
      let found: Found
      switch lookUp(name: name) {
      case .unloaded(let tenant): return .unloaded(tenant)
      case .found(let finding): found = finding.found
      }
      switch found {
      case .unknown: return .outside(name, ttl: ttl)
      case .failed: return .found(.failed)
      case .zone(let snapshot):
        guard let records = snapshot.records else { return .outside(name, ttl: ttl) }
        switch records.addresses(of: name, type) {
        case .addresses(let run, let own):
          return .found(.addresses(run, ttl: min(ttl, own), isOurs: true))
        case .alias(let next, let own): (name, ttl) = (next, min(ttl, own))
        case .delegated: return .outside(name, ttl: ttl)
        }
      }
    }
    return .found(.failed)
  }
}

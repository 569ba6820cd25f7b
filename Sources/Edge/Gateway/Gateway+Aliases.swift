// Addresses that aliases of zones lead to.

import Cache
package import DNS
package import NameService
package import Primitives
import Runtime

extension Gateway {
  /// Follows aliases through our zones, on the storage thread; where they leave these, a resolver is
  /// asked.
  package func findAddresses(
    of name: [UInt8], _ type: RecordType, for zone: ZoneID,
    _ body: @escaping @Sendable (AliasFinding) -> Void
  ) {
    directory.loop.systemLane.post { [self] in
      let (path, ledger) = LaneLedger.count { directory.follow(name, type) }
      pay(ledger, for: zone, on: directory.loop)
      switch path {
      case .found(let finding): loop.systemLane.post { body(finding) }
      case .outside(let target, let ttl):
        aliasResolver.find(target, type, for: zone) { [self] finding, ledger in
          pay(ledger, for: zone, on: EventLoop.current)
          loop.systemLane.post { body(finding.limited(to: ttl)) }
        }
      case .unloaded(let tenant): load(tenant, of: name, type, for: zone, body)
      }
    }
  }

  /// One of the zones has many purges: they are taken over first.
  private func load(
    _ tenant: CacheZone, of name: [UInt8], _ type: RecordType, for zone: ZoneID,
    _ body: @escaping @Sendable (AliasFinding) -> Void
  ) {
    directory.reader.systemLane.post { [self] in
      let error = directory.load(tenant)
      loop.systemLane.post { [self] in
        guard error == nil else { return body(.failed) }
        findAddresses(of: name, type, for: zone, body)
      }
    }
  }

  /// Lets `zone` pay for what `thread` did for it. From any thread.
  private func pay(_ ledger: LaneLedger?, for zone: ZoneID, on thread: EventLoop?) {
    guard let ledger else { return }
    loop.systemLane.post { [self] in
      guard let zone = zones[zone] else { return }
      zone.lane.ledger += ledger
      if let thread { notePaid?(ledger, thread) }
    }
  }
}

extension AliasFinding {
  /// The same for at most `ttl` seconds.
  fileprivate func limited(to ttl: UInt32) -> AliasFinding {
    guard case .addresses(let run, let own, let isOurs) = self else { return self }
    return .addresses(run, ttl: min(own, ttl), isOurs: isOurs)
  }
}

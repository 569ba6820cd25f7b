// Asking resolvers for the targets of aliases, beside the loops.

import DNS
import NameService
package import Origin
import Primitives
package import Runtime

/// Finds addresses that are in no zone of ours: on the threads that look origins' names up, where zones
/// take turns.
package final class AliasResolver: Sendable {
  private let lookups: NameLookups
  private let servers: @Sendable () -> [SocketAddress]

  /// Asks what `servers` gives, which may read a file.
  package init(_ lookups: NameLookups, servers: @escaping @Sendable () -> [SocketAddress]) {
    self.lookups = lookups
    self.servers = servers
  }

  /// Asks for `name`, in canonical wire form, when it is the turn of `zone`. `body` is called on another
  /// thread with what came of it, and what that took.
  func find(
    _ name: [UInt8], _ type: RecordType, for zone: ZoneID,
    _ body: @escaping @Sendable (AliasFinding, LaneLedger?) -> Void
  ) {
    lookups.run(for: zone) { [servers] in
      let (finding, ledger) = LaneLedger.count {
        StubResolver.addresses(of: name, type, servers: servers())
      }
      body(finding, ledger)
    }
  }
}

// Which PoP fetches from an origin.

import Primitives
import Synchronization

/// How far servers of the upper tier are from zones' origins, for all loops. From any thread.
package final class OriginNearness: Sendable {
  private let table: Guarded<NearnessTable>
  private let teller = Guarded<ObjectIdentifier?>(nil)
  private let changes = Atomic<UInt64>(1)

  /// That of the server of that name.
  package init(own: String) { table = Guarded(NearnessTable(own: own)) }

  /// Another number with each change.
  var version: UInt64 { changes.load(ordering: .acquiring) }

  /// Whether it is for `network` to tell others: for the first that asks.
  func isTold(by network: PeerNetwork) -> Bool {
    teller.withLock { teller in
      let isFirst = teller ?? ObjectIdentifier(network)
      teller = isFirst
      return isFirst == ObjectIdentifier(network)
    }
  }

  func measured(_ nanoseconds: UInt64, of zone: String, by loop: Int) {
    if table.withLock({ $0.measured(nanoseconds, of: zone, by: loop) }) { change() }
  }

  func heard(_ message: NearnessMessage, from server: String) {
    table.withLock { $0.heard(message, from: server) }
    change()
  }

  func takeMessages(for servers: [String]) -> [(server: String, [NearnessMessage])] {
    table.withLock { $0.takeMessages(for: servers) }
  }

  func missed(_ server: String) { table.withLock { $0.missed(server) } }

  /// How far the PoPs of the upper tier are from a zone's origin, as positions in `topology`, nearest first.
  package func distances(
    of zone: String, in topology: TierTopology
  ) -> [(pop: Int, nanoseconds: UInt64)] {
    table.withLock { $0.distances(of: zone, in: topology) }
  }

  private func change() { changes.add(1, ordering: .releasing) }
}

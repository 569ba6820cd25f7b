// What health checks of records found.

package import NameService
import Primitives
import Runtime
package import Storage
import Zones

extension Edge {
  /// A record whose address is checked, and how that is.
  package struct CheckedHealth: Sendable {
    package let record: CheckedRecord
    /// Nil if nobody asks for the zone, so that it is not checked.
    package let report: HealthReport?
  }

  /// The records of the zone `name` whose addresses are checked; nil if there is no such zone. From a task on
  /// any loop.
  package func health(of name: String) async throws(StorageError) -> [CheckedHealth]? {
    let found = await group.storage[1].perform {
      [directory] () -> Result<(ZoneID, [CheckedRecord])?, StorageError> in
      do throws(StorageError) {
        guard let id = try directory.store.zone(named: name),
          let configuration = try directory.store.configuration(of: id)
        else { return .success(nil) }
        return .success((id, configuration.records?.checkedRecords ?? []))
      } catch { return .failure(error) }
    }
    guard let (id, records) = try found.get() else { return nil }
    let reports = await directory.loop.perform { [recordChecks] in recordChecks.report(of: id) }
    return records.map { CheckedHealth(record: $0, report: reports[$0.target]) }
  }

  /// Has all loops told what `recordChecks` find, and zones pay for that.
  func tellOfRecordChecks() {
    let loop = group.storage[0]
    recordChecks.tell { [nodes] zone, ill in
      for node in nodes {
        node.gateway.loop.systemLane.post { node.nameServer.learn(zone, ill: ill) }
      }
    } payment: { [weak self] work, zone in
      guard let self else { return }
      loop.systemLane.start { await self.charge(work, of: loop, to: zone) }
    }
  }
}

// Purging what is stored of a zone.

import Cache
import ConfigurationTree
import Primitives
import Runtime
import Storage
import Zones

extension ZoneDesk {
  /// POST /v1/zones/{name}/purge
  func purge(
    _ name: String, _ tree: ConfigurationValue, _ decoder: inout ConfigurationDecoder
  ) throws(ControlRefusal) -> Outcome {
    guard let zone = try find(name) else { throw Self.unknown(name) }
    let purge = PurgeRequest.decode(tree, for: zone, at: SystemClock.wall, &decoder)
    guard let purge, decoder.faults.isEmpty else { throw ControlRefusal(decoder.faults) }
    let (applied, work): (AppliedPurge, TenantWork?)
    do throws(ZoneStoreError) {
      (applied, work) = try TenantWork.count(for: zone.id) { () throws(ZoneStoreError) in
        try store.purge(zone.id, purge)
      }
    } catch {
      throw ControlRefusal(error)
    }
    let result: ConfigurationValue = .object([
      ("zone", .string(zone.name)),
      ("sequence", .count(applied.changes.sequence)),
      ("soft", .bool(purge.isSoft)),
      ("everything", .bool(purge.isEverything)),
      ("items", .integer(purge.items.count)),
      ("kept", .integer(applied.kept)),
      ("voidBefore", applied.voidBefore.map { .count($0) }),
      ("staleBefore", applied.staleBefore.map { .count($0) }),
    ])
    return Outcome(answer: ControlAnswer(result), applied: applied.changes, work: work)
  }
}

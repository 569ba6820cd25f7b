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

  /// Makes everything void of some zones, those behind one of that name.
  func purgeAll(after name: String?) throws(ControlRefusal) -> Outcome {
    var changes: [ZoneChangeRecord] = []
    var sequence: UInt64 = 0
    do throws(ZoneStoreError) {
      let found: [ZoneSummary]
      do throws(StorageError) {
        found = try store.list(after: name, limit: ControlLimits.zonesPurged)
      } catch { throw .storage(error) }
      for zone in found {
        let purge = Purge(isSoft: false, isEverything: true, items: [], time: SystemClock.wall)
        let applied = try store.purge(zone.id, purge)
        sequence = applied.changes.sequence
        changes += applied.changes.changes
      }
      var outcome = Outcome(
        answer: ControlAnswer(.object([])),
        applied: AppliedChanges(sequence: sequence, changes: changes))
      outcome.lastName = found.count == ControlLimits.zonesPurged ? found.last?.name : nil
      return outcome
    } catch { throw ControlRefusal(error) }
  }
}

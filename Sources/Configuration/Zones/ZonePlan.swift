// What an application of a file of zones would do.

import NameService
import Primitives
package import Storage

/// The difference between the zones that are there and those that are wanted.
package struct ZonePlan: Sendable {
  package var additions: [ZoneSummary] = []
  package var changes: [ZoneSummary] = []
  package var removals: [ZoneSummary] = []
  package var unchanged: [ZoneSummary] = []

  /// What to apply: nothing for zones that stay as they are.
  package fileprivate(set) var steps: [ZoneChange] = []

  package var isEmpty: Bool { steps.isEmpty }
}

extension ZoneStore {
  /// Compares `wanted` with what is there. Zones that are not wanted are only removed if `prunes`.
  /// Faults of the steps are at `zones[i]`, as in the file.
  package func plan(
    _ wanted: [ZoneConfiguration], prunes: Bool
  ) throws(StorageError) -> ZonePlan {
    var plan = ZonePlan()
    for (index, zone) in wanted.enumerated() {
      let summary = ZoneSummary(id: zone.id, name: zone.name)
      let current = try configurationWithKeys(of: zone.id)
      let step = ZoneChange.put(zone, path: "zones[\(index)]")
      if let current {
        if zone.isSame(as: current) {
          plan.unchanged.append(summary)
          continue
        }
        plan.changes.append(summary)
      } else {
        plan.additions.append(summary)
      }
      plan.steps.append(step)
    }
    guard prunes else { return plan }
    let kept = Set(wanted.map(\.id))
    for summary in try list(limit: .max) where !kept.contains(summary.id) {
      plan.removals.append(summary)
      plan.steps.append(.remove(summary.id))
    }
    return plan
  }
}

extension ZoneConfiguration {
  /// Whether putting this in place of `current` would change nothing; keys that are not given stay.
  fileprivate func isSame(as current: ZoneConfiguration) -> Bool {
    var zone = withoutKeys
    zone.takeSigningPolicy(from: current)
    // The serial number follows the changes, and is no change.
    if let records, let stored = current.records, !records.changes(stored) {
      zone.records = stored
    }
    guard zone == current.withoutKeys else { return false }
    for (own, stored) in zip(certificates, current.certificates) {
      if let key = own.key, key != stored.key { return false }
    }
    for (own, stored) in zip(transfers.tsigKeys, current.transfers.tsigKeys) {
      if let secret = own.secret, secret != stored.secret { return false }
    }
    return true
  }
}

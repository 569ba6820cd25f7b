// What changes of zones make of what is stored of them.

import Cache
import Primitives
import Storage

extension ZoneStore {
  /// Notes and returns what a change with this number makes void; nil: nothing. Purges must hold
  /// whatever becomes of a zone:
  /// - One that is removed has no purges any more. If it comes back, what was stored before is void.
  /// - A URL that was purged under some key settings may have had other keys under those before them.
  ///   When they change once more, they may be those again: everything is void then.
  /// - Nothing can be purged of a host that the zone does not have: what it gives up is void.
  func void(
    _ entry: ZoneChangeSet.Entry, _ sequence: UInt64, _ change: inout WriteTransaction
  ) throws(StorageError) -> Purge? {
    let everything = Purge(isEverything: true, time: WallTime(seconds: 0))
    guard let new = entry.new else {
      try removePurges(of: entry.id, &change)
      try change.put([1], at: ZoneKeys.hasRemoved, in: tables.meta)
      return everything
    }
    if entry.old == nil, try change.copy(of: ZoneKeys.hasRemoved, in: tables.meta) == nil {
      return nil
    }
    var state = try purgeState(of: entry.id, change)
    var purge: Purge?
    if let old = try entry.old.map({ (old) throws(StorageError) in
      try Self.read(old.record.span, id: entry.id)
    }) {
      purge = Self.purge(ofHostsLostBy: old, new.zone)
      if !old.cache.makesSameKeys(as: new.zone.cache) {
        let since = state.keysChanged
        if since > 0, since >= state.floor.hard, state.urlPurged > since { purge = everything }
        state.keysChanged = sequence
      } else if purge == nil {
        return nil
      }
    } else {
      purge = everything
    }
    if let purge { try keep(purge, sequence, of: entry.id, &state, &change) }
    try put(state, of: entry.id, &change)
    return purge
  }

  /// What a zone no longer answers for with its new configuration; nil if there is nothing.
  private static func purge(
    ofHostsLostBy old: ZoneConfiguration, _ new: ZoneConfiguration
  ) -> Purge? {
    // A zone without names answers for all that no other has.
    if new.hostnames.isEmpty { return nil }
    let kept = Set(new.hostnames)
    let lost = old.hostnames.filter { !kept.contains($0) }
    var purge = Purge(time: WallTime(seconds: 0))
    if old.hostnames.isEmpty || lost.contains(where: \.isWildcard) {
      purge.isEverything = true
      return purge
    }
    for host in lost where !new.hostnames.contains(where: { host.isCovered(by: $0.description) }) {
      purge.items.append(.host(PurgeHash.host(Array(host.name.utf8).span)))
    }
    return purge.items.isEmpty ? nil : purge
  }
}

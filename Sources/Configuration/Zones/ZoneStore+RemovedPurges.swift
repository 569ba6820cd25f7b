// Purges of zones that are no more: forgotten piece by piece.

import Primitives
package import Storage

extension ZoneStore {
  /// Forgets the purges of a zone that is removed, as many as one piece has; the others go by
  /// `sweepPurges`.
  func removePurges(of id: ZoneID, _ change: inout WriteTransaction) throws(StorageError) {
    var state = try purgeState(of: id, change)
    if try removePiece(of: id, &change) { return }
    // None of what is left counts if the zone comes back.
    state.clear()
    try put(state, of: id, &change)
    try change.put([1], at: ZoneKeys.removed(id), in: tables.meta)
  }

  /// Goes on with that, for a few milliseconds; false if there is nothing to forget. On a thread that
  /// may wait for the disk.
  package func sweepPurges() throws(StorageError) -> Bool {
    // Nobody who writes waits for this if there is nothing to do.
    let isNeeded = try environment.read { (state) throws(StorageError) in
      var removed = try state.cursor(over: tables.meta, prefix: ZoneKeys.removed)
      return try removed.next()
    }
    guard isNeeded else { return false }
    return try environment.write { (change) throws(StorageError) in
      guard let id = try firstRemoved(change) else { return false }
      // If it came back, its own purges sweep what is left.
      var isDone = try change.copy(of: ZoneKeys.key(id), in: tables.zones) != nil
      if !isDone { isDone = try removePiece(of: id, &change) }
      if isDone { try change.remove(ZoneKeys.removed(id), in: tables.meta) }
      return true
    }
  }

  private func firstRemoved(_ change: borrowing WriteTransaction) throws(StorageError) -> ZoneID? {
    var removed = try change.cursor(over: tables.meta, prefix: ZoneKeys.removed)
    guard try removed.next() else { return nil }
    return ZoneKeys.id(removed.key, at: ZoneKeys.removed.count)
  }

  /// Removes rows of a zone's purges, what tells their generations last; true if none is left.
  private func removePiece(
    of id: ZoneID, _ change: inout WriteTransaction
  ) throws(StorageError) -> Bool {
    let limit = ZonesLimits.purgeRowsRemoved
    let state = PurgeTableKeys.state(id)
    let keys = try purgeKeys(ZoneKeys.key(id), limit: limit, change)
    for key in keys where key != state { try change.remove(key, in: tables.purges) }
    guard keys.count < limit else { return false }
    try change.remove(state, in: tables.purges)
    return true
  }
}

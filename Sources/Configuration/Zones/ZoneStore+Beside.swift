// What rooms above keep beside the zones, in the store's own transactions.

import Runtime
package import Storage

extension ZoneStore {
  /// One of the tables `Tables.besideNames`, whose rows are the affair of who asks.
  package func table(beside name: String) -> StorageTable {
    precondition(Tables.besideNames.contains(name), "no table of zones is anybody else's")
    return environment.table(name)
  }

  /// Reads such tables, all of one state.
  package func readBeside<Result>(
    _ body: (borrowing ReadTransaction) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try environment.read { (state) throws(StorageError) in try body(state) }
  }

  /// Makes `changes`, as `apply` does, and what `body` writes: all of it or nothing. `body` gets the number of
  /// the last change. Where no zone changes, what it writes takes a number of its own.
  @discardableResult package func apply(
    _ changes: [ZoneChange],
    beside body: (_ sequence: UInt64, inout WriteTransaction) throws(StorageError) -> Void
  ) throws(ZoneStoreError) -> AppliedChanges {
    try environment.write { (change) throws(ZoneStoreError) in
      var applied = AppliedChanges(sequence: 0, changes: [])
      if !changes.isEmpty { applied = try apply(changes, check, 0, SystemClock.wall, &change) }
      do throws(StorageError) {
        var sequence = applied.sequence
        if applied.changes.isEmpty {
          sequence = try lastSequence(change) + 1
          try change.put(ZoneKeys.key(sequence), at: ZoneKeys.sequence, in: tables.meta)
          try change.put([ZoneStore.format], at: ZoneKeys.format, in: tables.meta)
        }
        try body(sequence, &change)
        return AppliedChanges(sequence: sequence, changes: applied.changes)
      } catch { throw .storage(error) }
    }
  }
}

extension ZoneStore {
  /// As `recordsSequence(of:)`, within a change.
  package func recordsSequence(
    of name: String, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> UInt64? {
    try change.copy(of: ApexKeys.key(name: name), in: tables.apexes)
      .map { ZoneKeys.number($0.span, at: 16) }
  }
}

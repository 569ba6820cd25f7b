// The log of changes, and the small secrets that processes share.

package import Storage

extension ZoneStore {
  /// The number of the last change; 0 before the first.
  package func sequence() throws(StorageError) -> UInt64 {
    try environment.read { (state) throws(StorageError) in try lastSequence(state) }
  }

  func lastSequence(_ state: borrowing ReadTransaction) throws(StorageError) -> UInt64 {
    guard let found = try state.copy(of: ZoneKeys.sequence, in: tables.meta) else { return 0 }
    return ZoneKeys.number(found.span)
  }

  /// What changed after `sequence`, at most `limit` changes; nil if the log does not reach back so
  /// far, and everything must be read anew.
  package func changes(
    after sequence: UInt64, limit: Int = 10_000
  ) throws(StorageError) -> [ZoneChangeRecord]? {
    try environment.read { (state) throws(StorageError) in
      try changes(after: sequence, limit: limit, state)
    }
  }

  func changes(
    after sequence: UInt64, limit: Int, _ state: borrowing ReadTransaction
  ) throws(StorageError) -> [ZoneChangeRecord]? {
    let last = try lastSequence(state)
    if sequence == last { return [] }
    // A number from the future belongs to a store that was since restored from an export.
    guard sequence < last else { return nil }
    var changes: [ZoneChangeRecord] = []
    var cursor = try state.cursor(over: tables.changes, from: ZoneKeys.key(sequence + 1))
    while changes.count < limit, try cursor.next() {
      let number = ZoneKeys.number(cursor.key)
      guard let change = ChangeLog.read(try cursor.value(), sequence: number) else { continue }
      changes.append(change)
    }
    guard let first = changes.first, first.sequence == sequence + 1 else { return nil }
    return changes
  }

  /// The secret `name` after `change` has seen what there is (nil: nothing) and said what there is to
  /// be. Of several processes that do so at once, each sees what the one before it left.
  package func secret(
    _ name: String, changedBy change: ([UInt8]?) -> [UInt8]
  ) throws(StorageError) -> [UInt8] {
    let key = Array(name.utf8)
    return try environment.write { (writing) throws(StorageError) in
      let found = try writing.copy(of: key, in: tables.secrets)
      let wanted = change(found)
      if wanted != found { try writing.put(wanted, at: key, in: tables.secrets) }
      return wanted
    }
  }

  /// The secret `name`, such as the keys of session tickets.
  package func secret(_ name: String) throws(StorageError) -> [UInt8]? {
    let key = Array(name.utf8)
    return try environment.read { (state) throws(StorageError) in
      try state.copy(of: key, in: tables.secrets)
    }
  }

  /// Stores the secret `name`.
  package func setSecret(_ name: String, _ bytes: [UInt8]) throws(StorageError) {
    try environment.write { (change) throws(StorageError) in
      try change.put(bytes, at: Array(name.utf8), in: tables.secrets)
    }
  }
}

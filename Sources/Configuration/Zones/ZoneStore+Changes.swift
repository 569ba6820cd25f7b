// The number of the last change, and the small secrets that processes share.

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

// Which store it is.

package import Storage

extension ZoneStore {
  /// A number of the store's own, made once by chance and lost with it. What other stores number, purges among it,
  /// says nothing of what this one does.
  package func identity() throws(StorageError) -> UInt64 {
    let known = try environment.read { (state) throws(StorageError) in
      try state.copy(of: ZoneKeys.identity, in: tables.meta)
    }
    if let known { return ZoneKeys.number(known.span) }
    return try environment.write { (change) throws(StorageError) in
      // Another process may have made it meanwhile.
      if let known = try change.copy(of: ZoneKeys.identity, in: tables.meta) {
        return ZoneKeys.number(known.span)
      }
      let made = UInt64.random(in: 1...UInt64.max)
      try change.put(ZoneKeys.key(made), at: ZoneKeys.identity, in: tables.meta)
      return made
    }
  }
}

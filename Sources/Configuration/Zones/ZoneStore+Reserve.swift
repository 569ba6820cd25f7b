// What the reserve must not forget of zones.

package import Primitives
package import Storage

extension ZoneStore {
  /// The notes of all zones that have one, whatever their bytes mean.
  package func reserveNotes() throws(StorageError) -> [(zone: ZoneID, note: [UInt8])] {
    try environment.read { (state) throws(StorageError) in
      var notes: [(zone: ZoneID, note: [UInt8])] = []
      var cursor = try state.cursor(over: tables.meta, prefix: ZoneKeys.reserve)
      while try cursor.next() {
        guard let id = ZoneKeys.id(cursor.keyCopy().span, at: ZoneKeys.reserve.count) else {
          continue
        }
        notes.append((id, try cursor.valueCopy()))
      }
      return notes
    }
  }

  /// Puts notes in the place of those of their zones; empty ones, and those of zones that are no more, are forgotten.
  package func putReserveNotes(
    _ notes: [(zone: ZoneID, note: [UInt8])]
  ) throws(StorageError) {
    try environment.write { (change) throws(StorageError) in
      for (id, note) in notes {
        let isKept = try change.copy(of: ZoneKeys.key(id), in: tables.zones) != nil
        if note.isEmpty || !isKept {
          try change.remove(ZoneKeys.reserve(id), in: tables.meta)
        } else {
          try change.put(note, at: ZoneKeys.reserve(id), in: tables.meta)
        }
      }
    }
  }
}

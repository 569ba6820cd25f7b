// Notes of the reserve in the store of zones.

import Primitives
import Reserve
import Storage
import Zones

/// Keeps the reserve's notes beside the purges of its zones.
struct StoredReserveNotes: ReserveNotes {
  let store: ZoneStore

  func load() -> [(zone: ZoneID, note: [UInt8])]? {
    do throws(StorageError) { return try store.reserveNotes() } catch {
      Console.complain("skerry: what is void in the reserve can't be read: \(error.description)")
      return nil
    }
  }

  func put(_ notes: [(zone: ZoneID, note: [UInt8])]) -> Bool {
    do throws(StorageError) { try store.putReserveNotes(notes) } catch { return false }
    return true
  }
}

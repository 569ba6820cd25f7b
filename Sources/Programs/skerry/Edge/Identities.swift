// Which zone a name in a file means.

import Primitives
import Storage
import Zones

/// Identities of zones by name: those that the store knows, new ones for the others.
struct Identities {
  private let store: ZoneStore

  init(_ store: ZoneStore) { self.store = store }

  func identity(of name: String) -> ZoneID {
    do throws(StorageError) {
      if let id = try store.zone(named: name) { return id }
    } catch {
      // The application that follows meets the same trouble and reports it.
    }
    var generator = SystemRandomNumberGenerator()
    return ZoneID.random(using: &generator)
  }
}

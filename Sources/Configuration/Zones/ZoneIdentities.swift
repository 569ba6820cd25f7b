// Which zone a name in a file means.

package import Primitives
package import Storage

/// Identities of zones by name: those that the store knows, and for each other name a new one.
package final class ZoneIdentities {
  private let store: ZoneStore
  private var made: [String: ZoneID] = [:]
  /// Why the store could not be asked; names got new identities then.
  package private(set) var failure: StorageError?

  package init(_ store: ZoneStore) { self.store = store }

  /// The identity of the zone `name`; the same for the same name.
  package func identity(of name: String) -> ZoneID {
    if let known = made[name] { return known }
    var found: ZoneID?
    do throws(StorageError) { found = try store.zone(named: name) } catch { failure = error }
    let identity = found ?? Self.new()
    made[name] = identity
    return identity
  }

  /// An identity that no zone has.
  package static func new() -> ZoneID {
    var generator = SystemRandomNumberGenerator()
    return ZoneID.random(using: &generator)
  }
}

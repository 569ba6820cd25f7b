// A change of the store, as asked for and as done.

package import ConfigurationTree
package import Primitives

/// One change that is asked for.
package struct ZoneChange: Sendable {
  package let action: Action

  /// Where faults of this change are, as the asker knows it: `zones[2]`; empty for the whole.
  package let path: String

  /// What to do with a zone.
  package enum Action: Sendable {
    /// Adds the zone, or replaces all of its configuration. Certificates without a key keep the
    /// one that is stored with the same chain.
    case put(ZoneConfiguration)

    /// Changes part of a zone (RFC 7396 on its tree); an absent key stays, null takes the default.
    case patch(ZoneID, ConfigurationValue)

    /// Removes the zone.
    case remove(ZoneID)
  }

  package init(_ action: Action, path: String = "") {
    self.action = action
    self.path = path
  }

  package static func put(_ zone: ZoneConfiguration, path: String = "") -> ZoneChange {
    ZoneChange(.put(zone), path: path)
  }

  package static func patch(
    _ id: ZoneID, _ tree: ConfigurationValue, path: String = ""
  ) -> ZoneChange {
    ZoneChange(.patch(id, tree), path: path)
  }

  package static func remove(_ id: ZoneID, path: String = "") -> ZoneChange {
    ZoneChange(.remove(id), path: path)
  }

  var zoneID: ZoneID {
    switch action {
    case .put(let zone): zone.id
    case .patch(let id, _), .remove(let id): id
    }
  }
}

/// One change that was made, as the log keeps it.
package struct ZoneChangeRecord: Equatable, Sendable {
  package let sequence: UInt64
  package let zone: ZoneID
  package let name: String
  package let kind: Kind

  /// What became of the zone.
  package enum Kind: UInt8, Sendable {
    case added = 1
    case changed = 2
    case removed = 3
  }
}

/// What an `apply` did.
package struct AppliedChanges: Equatable, Sendable {
  /// The store's sequence number afterwards.
  package let sequence: UInt64

  /// What changed, in order; zones whose configuration was the same already are not in it.
  package let changes: [ZoneChangeRecord]
}

// A change of the store that is asked for.

package import ConfigurationTree
import NameService
package import Primitives

/// One change that is asked for.
package struct ZoneChange: Sendable {
  package let action: Action

  /// Where faults of this change are, as the asker knows it: `zones[2]`; empty for the whole.
  package let path: String

  /// What to do with a zone.
  package enum Action: Sendable {
    /// Adds the zone, or replaces all of its configuration. Certificates without a key keep the
    /// one that is stored with the same chain, and keys that sign it the settings that they have, if none are given.
    indirect case put(ZoneConfiguration)

    /// Changes part of a zone (RFC 7396 on its tree); an absent key stays, null takes the default.
    case patch(ZoneID, ConfigurationValue)

    /// Removes the zone.
    case remove(ZoneID)

    /// Gives the zone's DNS a new serial number, so that its secondaries fetch it again.
    case renewSerial(ZoneID)

    /// Changes the keys that sign the zone.
    case keys(ZoneID, KeyChange)
  }

  package init(_ action: Action, path: String = "") {
    self.action = action
    self.path = path
  }

  /// Adds or replaces `zone`.
  package static func put(_ zone: ZoneConfiguration, path: String = "") -> ZoneChange {
    ZoneChange(.put(zone), path: path)
  }

  /// Changes part of the zone `id`.
  package static func patch(
    _ id: ZoneID, _ tree: ConfigurationValue, path: String = ""
  ) -> ZoneChange {
    ZoneChange(.patch(id, tree), path: path)
  }

  /// Removes the zone `id`.
  package static func remove(_ id: ZoneID, path: String = "") -> ZoneChange {
    ZoneChange(.remove(id), path: path)
  }

  /// Gives the DNS of the zone `id` a new serial number.
  package static func renewSerial(_ id: ZoneID) -> ZoneChange { ZoneChange(.renewSerial(id)) }

  /// Changes the keys that sign the zone `id`.
  package static func keys(_ id: ZoneID, _ change: KeyChange) -> ZoneChange {
    ZoneChange(.keys(id, change))
  }

  var zoneID: ZoneID {
    switch action {
    case .put(let zone): zone.id
    case .patch(let id, _), .keys(let id, _), .remove(let id), .renewSerial(let id): id
    }
  }

  /// Whether the outcome depends on what is there.
  var needsCurrent: Bool {
    switch action {
    case .put(let zone):
      zone.certificates.contains { $0.key == nil } || zone.isSigned && zone.signingKeys == nil
        || zone.transfers.tsigKeys.contains { $0.secret == nil }
    case .patch, .remove, .renewSerial, .keys: true
    }
  }
}

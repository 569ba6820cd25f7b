// A change reaches the loop.

import Primitives
import Runtime
import Zones

extension Gateway {
  /// Puts a change into force: the next request of its zones sees it. On the loop.
  func apply(_ publication: Publication) {
    unknown.removeAll { _, _ in true }
    for change in publication.zones { apply(change) }
  }

  private func apply(_ change: Publication.Zone) {
    if let zone = zones[change.id] {
      if change.isRemoved {
        drop(zone)
      } else if let snapshot = change.snapshot {
        adopt(snapshot, zone)
      } else {
        // The snapshot was let go of and nobody uses it: the next request looks it up.
        drop(zone)
      }
    }
    // A name that another zone answered for, by a wildcard or as the default, may be this zone's now.
    for hostname in change.hostnames {
      takeOver(hostname, from: change.id)
    }
  }

  private func adopt(_ snapshot: ZoneSnapshot, _ zone: ZoneState) {
    zone.adopt(snapshot)
    let isDefault = snapshot.configuration.name == directory.defaultZone
    zone.names.removeAll { name in
      guard !isDefault, !snapshot.covers(name) else { return false }
      hosts.remove(name)
      return true
    }
  }

  private func takeOver(_ hostname: Hostname, from owner: ZoneID) {
    let name = Array(hostname.name.utf8)
    guard hostname.isWildcard else {
      guard let zone = hosts.find(name.span), zone.id != owner else { return }
      unlist(name, zone)
      return
    }
    hosts.removeAll { listed, zone in
      guard zone.id != owner,
        Hostname(name: String(decoding: listed, as: UTF8.self))
          .isCovered(by: hostname.description),
        !zone.snapshot.configuration.hostnames.contains(where: {
          !$0.isWildcard && Array($0.name.utf8) == listed
        })
      else { return false }
      zone.names.removeAll { $0 == listed }
      return true
    }
  }

  private func unlist(_ name: [UInt8], _ zone: ZoneState) {
    hosts.remove(name)
    zone.names.removeAll { $0 == name }
  }
}

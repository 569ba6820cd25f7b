// A change reaches the loop.

import NameService
import Primitives
import Runtime
import Zones

extension Gateway {
  /// Puts changes into force, of which `sequence` is the last: the next request of their zones sees
  /// them. On the loop.
  func apply(_ changes: ArraySlice<Publication.Zone>, sequence: UInt64) {
    appliedSequence = max(appliedSequence, sequence)
    unknown.removeAll { _, _ in true }
    for change in changes { apply(change, sequence) }
  }

  private func apply(_ change: Publication.Zone, _ sequence: UInt64) {
    guard let zone = zones[change.id] else {
      // A look-up that is under way may have read what was before.
      nameServer?.apply(change.id, nil)
      return takeOver(change.hostnames, for: change.id)
    }
    if zone.snapshot.epoch > sequence {
      // A look-up has brought what is newer.
      nameServer?.apply(zone.id, zone.snapshot.records)
    } else if change.isRemoved {
      drop(zone)
    } else if let snapshot = change.snapshot {
      adopt(snapshot, zone)
    } else {
      // The snapshot was let go of and nobody uses it: the next request looks it up.
      drop(zone)
    }
    takeOver(change.hostnames, for: change.id)
  }

  private func adopt(_ snapshot: ZoneSnapshot, _ zone: ZoneState) {
    zone.adopt(snapshot)
    nameServer?.apply(zone.id, snapshot.records)
    noteDefault(zone)
    guard zone !== defaultState else { return }
    zone.names.removeAll { name in
      guard !snapshot.names.cover(name) else { return false }
      hosts.remove(name)
      return true
    }
  }

  /// A name that another zone answered for, by a wildcard or as the default, may be this zone's now.
  /// A wildcard is one zone's, so it takes names from the default zone only.
  private func takeOver(_ hostnames: [Hostname], for owner: ZoneID) {
    for hostname in hostnames where !hostname.isWildcard {
      let name = Array(hostname.name.utf8)
      if let zone = hosts.find(name.span), zone.id != owner { unlist(name, zone) }
    }
    guard let zone = defaultState, zone.id != owner,
      case let wildcards = HostnameSet(hostnames.filter(\.isWildcard)), !wildcards.isEmpty
    else { return }
    zone.names.removeAll { name in
      guard wildcards.cover(name), !zone.snapshot.names.contain(name) else {
        return false
      }
      hosts.remove(name)
      return true
    }
  }

  private func unlist(_ name: [UInt8], _ zone: ZoneState) {
    hosts.remove(name)
    zone.names.removeAll { $0 == name }
  }
}

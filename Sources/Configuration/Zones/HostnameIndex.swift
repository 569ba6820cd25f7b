// The tables that lead from names to zones, and the rule that a name belongs to one zone.

import ConfigurationTree
import Primitives
import Storage

/// Brings the tables of names up to date with a set of changes, and finds the conflicts.
///
/// All names that zones give up are taken out first: so a name can move from one zone to another
/// within one set.
struct HostnameIndex {
  private let tables: ZoneStore.Tables

  init(_ tables: ZoneStore.Tables) { self.tables = tables }

  /// A name that a zone claims.
  private struct Claim {
    let key: [UInt8]
    let id: ZoneID

    /// The entry of the set, and the place of the name in it (-1 is the zone's own name).
    let entry: Int
    let place: Int
  }

  /// Writes the names of `set`. What is claimed twice is noted in the set as a fault.
  mutating func write(
    _ set: inout ZoneChangeSet, _ change: inout WriteTransaction
  ) throws(StorageError) {
    var names: [Claim] = []
    var exact: [Claim] = []
    var wildcards: [Claim] = []
    for (number, entry) in set.entries.enumerated() {
      let old = try entry.old?.configuration(entry.id)
      if let old { try removeOld(old, new: entry.new?.zone, &change) }
      guard let new = entry.new else { continue }
      if old?.name != new.zone.name {
        names.append(Claim(key: Array(new.zone.name.utf8), id: entry.id, entry: number, place: -1))
      }
      let kept = Set(old?.hostnames ?? [])
      for (place, hostname) in new.zone.hostnames.enumerated() where !kept.contains(hostname) {
        let claim = Claim(
          key: Array(hostname.name.utf8), id: entry.id, entry: number, place: place)
        if hostname.isWildcard { wildcards.append(claim) } else { exact.append(claim) }
      }
    }
    try write(names, to: tables.names, &set, &change)
    try write(exact, to: tables.hostnames, &set, &change)
    try write(wildcards, to: tables.wildcards, &set, &change)
  }

  private func removeOld(
    _ old: ZoneConfiguration, new: ZoneConfiguration?, _ change: inout WriteTransaction
  ) throws(StorageError) {
    if old.name != new?.name { try change.remove(Array(old.name.utf8), in: tables.names) }
    if old.records != nil, old.name != new?.name || new?.records == nil {
      try change.remove(ApexKeys.key(name: old.name), in: tables.apexes)
    }
    let kept = Set(new?.hostnames ?? [])
    for hostname in old.hostnames where !kept.contains(hostname) {
      try change.remove(
        Array(hostname.name.utf8), in: hostname.isWildcard ? tables.wildcards : tables.hostnames)
    }
  }

  /// Writes claims in the order of keys.
  private func write(
    _ claims: [Claim], to table: StorageTable, _ set: inout ZoneChangeSet,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    guard !claims.isEmpty else { return }
    let isEmpty = try change.count(of: table) == 0
    var previous: Claim?
    for claim in claims.sorted(by: { Self.precedes($0, $1) }) {
      var owner: ZoneID?
      if isEmpty {
        if let previous, previous.key == claim.key { owner = previous.id }
      } else if let found = try change.value(at: claim.key.span, in: table) {
        owner = ZoneKeys.id(found)
      }
      if let owner {
        noteConflict(claim, owner: owner, &set, change)
      } else if isEmpty {
        try change.append(ZoneKeys.key(claim.id), at: claim.key, in: table)
        previous = claim
      } else {
        try change.put(ZoneKeys.key(claim.id), at: claim.key, in: table)
      }
    }
  }

  /// By key; who asked first has the name.
  private static func precedes(_ a: Claim, _ b: Claim) -> Bool {
    for index in 0..<min(a.key.count, b.key.count) where a.key[index] != b.key[index] {
      return a.key[index] < b.key[index]
    }
    return a.key.count == b.key.count ? a.entry < b.entry : a.key.count < b.key.count
  }

  private func noteConflict(
    _ claim: Claim, owner: ZoneID, _ set: inout ZoneChangeSet,
    _ change: borrowing WriteTransaction
  ) {
    guard !set.isFull else { return }
    let entry = set.entries[claim.entry]
    let name = ownerName(owner, set, change)
    let text = String(decoding: claim.key, as: UTF8.self)
    let isName = claim.place < 0
    let isWildcard = !isName && entry.new?.zone.hostnames[claim.place].isWildcard == true
    let fault = ConfigurationFault(
      path: isName ? "name" : "hostnames[\(claim.place)]",
      problem: "is \(isWildcard ? "*." : "")\(text), which belongs to the zone \(name) (\(owner))",
      remedy: isName
        ? "Change that zone instead, or give this one another domain."
        : "Take the name out of that zone first, or leave it out here.")
    set.note(fault, under: entry.path)
  }

  /// The owner's domain, from the set or from the store; its identity says enough if neither tells.
  private func ownerName(
    _ owner: ZoneID, _ set: ZoneChangeSet, _ change: borrowing WriteTransaction
  ) -> String {
    if let entry = set.entries.first(where: { $0.id == owner }), let new = entry.new {
      return new.zone.name
    }
    do throws(StorageError) {
      let record = try change.copy(of: ZoneKeys.key(owner), in: tables.zones)
      return record.flatMap { ZoneRecord.readName($0.span) } ?? owner.description
    } catch {
      return owner.description
    }
  }
}

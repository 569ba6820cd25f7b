// What a list of changes comes to, zone by zone.

import ConfigurationTree
import DNS
import NameService
import Primitives
import Storage

/// Works out what becomes of each zone, before anything is written. Later changes of a zone build
/// upon earlier ones; conflicts are judged by the outcome, so that a name can move between zones.
struct ZoneChangeSet {
  private(set) var entries: [Entry] = []
  private(set) var faults: [ConfigurationFault] = []
  private var positions: [ZoneID: Int] = [:]

  /// One zone: what is stored, and what is to be.
  struct Entry {
    let id: ZoneID
    var path: String
    let old: Stored?
    var new: ZoneConfiguration?
    var record: [UInt8] = []
    var keys: [UInt8]?
    /// What was there of the zone's DNS; nil if nothing was.
    var before: NamesBefore?
    /// Whether the zone's DNS gets a new serial number, whatever changes.
    var renewsSerial = false
    /// The serial number that the zone's DNS had, if it goes and others may have copies.
    var lostSerial: LostSerial?
    /// Whether the serial number follows one that was lost before.
    var hasFoundSerial = false
  }

  /// The last serial number of a name whose DNS goes: it must not go back when it comes again.
  struct LostSerial {
    let name: String
    let serial: SerialNumber
  }

  /// A zone's DNS before a change.
  struct NamesBefore {
    let records: ZoneImage
    let transfers: TransferConfiguration
    let signingKey: ZoneKey?

    init?(_ zone: ZoneConfiguration) {
      guard let records = zone.records else { return nil }
      self.records = records
      transfers = zone.transfers
      signingKey = zone.signingKey
    }
  }

  /// A zone as it is stored.
  struct Stored {
    let record: [UInt8]
    let keys: [UInt8]?

    func configuration(_ id: ZoneID) throws(StorageError) -> ZoneConfiguration {
      var zone = try ZoneStore.read(record.span, id: id)
      if let keys { try ZoneStore.add(keys.span, to: &zone) }
      return zone
    }

    /// The serial number to be kept when the zone's DNS goes, after the change `last`; nil if nobody has
    /// seen it.
    func lostSerial(_ id: ZoneID, _ last: UInt64) -> LostSerial? {
      // A damaged zone can be removed, too.
      do throws(StorageError) {
        let zone = try ZoneStore.read(record.span, id: id)
        guard zone.transfers.hasReaders, let records = zone.records else { return nil }
        return LostSerial(name: zone.name, serial: records.serial(before: last))
      } catch { return nil }
    }
  }

  /// Takes `change` in. `stored` reads what the store has for a zone that is new to this set.
  mutating func take(
    _ change: ZoneChange, stored: (ZoneID) throws(StorageError) -> Stored?
  ) throws(StorageError) {
    let id = change.zoneID
    var position = positions[id]
    var current: ZoneConfiguration?
    if let position {
      current = entries[position].new
    } else {
      let old = try stored(id)
      // What is replaced whole need not be read.
      if let old, change.needsCurrent { current = try old.configuration(id) }
      entries.append(Entry(id: id, path: change.path, old: old, new: current))
      positions[id] = entries.count - 1
      position = entries.count - 1
    }
    guard let position else { return }
    entries[position].path = change.path
    switch change.action {
    case .put(let zone):
      entries[position].new = keepingKeys(zone, of: current, path: change.path)
    case .patch(_, let patch):
      guard let current else { return noteUnknown(id, change.path) }
      if let zone = patched(current, patch, path: change.path) {
        entries[position].new = keepingKeys(zone, of: current, path: change.path)
      }
    case .renewSerial:
      if current == nil { noteUnknown(id, change.path) }
      entries[position].renewsSerial = true
    case .remove:
      if current == nil { noteUnknown(id, change.path) }
      entries[position].new = nil
    }
  }

  /// Writes the records, forgets the zones that stay as they are, and gives the others their serial
  /// numbers. The change that was made last has the number `last`; `lost` finds the serial number that
  /// a name had before its DNS went.
  mutating func finish(
    after last: UInt64, lost: (String) throws(StorageError) -> SerialNumber?
  ) throws(StorageError) {
    for index in entries.indices {
      guard let old = entries[index].old, let new = entries[index].new else { continue }
      if let records = new.records, let before = NamesBefore(try old.configuration(new.id)) {
        entries[index].before = before
        if !entries[index].renewsSerial, !records.changes(before.records),
          new.signingKey == before.signingKey
        {
          entries[index].new?.records = before.records
        }
      }
      write(index)
    }
    entries.removeAll { entry in
      guard entry.new != nil else { return entry.old == nil }
      return entry.old?.record == entry.record && entry.old?.keys == entry.keys
        && !entry.renewsSerial
    }
    for index in entries.indices {
      let entry = entries[index]
      if entry.new?.records == nil {
        entries[index].lostSerial = entry.old?.lostSerial(entry.id, last)
      }
      var found: SerialNumber?
      if entry.before == nil, let new = entry.new, new.records != nil { found = try lost(new.name) }
      let isSettled = entries[index].settleSerial(
        sequence: last + 1 + UInt64(index), last, found: found)
      if isSettled || entries[index].record.isEmpty { write(index) }
    }
    positions = [:]
  }

  private mutating func write(_ index: Int) {
    guard let new = entries[index].new else { return }
    entries[index].record = ZoneRecord.write(new)
    entries[index].keys = ZoneRecord.writeKeys(new)
  }

  /// Whether enough faults were found; more are not kept.
  var isFull: Bool { faults.count >= ConfigurationLimits.faults }

  mutating func note(_ fault: ConfigurationFault, under path: String) {
    if !isFull { faults.append(fault.under(path)) }
  }

  // MARK: - Parts

  private mutating func noteUnknown(_ id: ZoneID, _ path: String) {
    let fault = ConfigurationFault(
      path: "id", problem: "is \(id), and there is no such zone",
      remedy: "List the zones to see their identities.")
    note(fault, under: path)
  }

  private mutating func patched(
    _ zone: ZoneConfiguration, _ patch: ConfigurationValue, path: String
  ) -> ZoneConfiguration? {
    var decoder = ConfigurationDecoder(path: path)
    let tree = zone.tree(withKeys: true).merging(patch)
    let decoded = ZoneConfiguration.decode(tree, &decoder) { _ in zone.id }
    faults.append(contentsOf: decoder.faults)
    guard let decoded else { return nil }
    guard decoded.id == zone.id else {
      let fault = ConfigurationFault(
        path: "id", problem: "is \(decoded.id), and the zone is \(zone.id)",
        remedy: "The identity of a zone can't be changed; leave the key out.")
      note(fault, under: path)
      return nil
    }
    return decoded
  }

  /// Gives a signed zone the key that it has, or a new one, and one that is not signed none.
  private mutating func keepSigningKey(
    _ zone: inout ZoneConfiguration, of current: ZoneConfiguration?, path: String
  ) {
    guard zone.isSigned else { return zone.signingKey = nil }
    zone.signingKey = zone.signingKey ?? current?.signingKey ?? ZoneKey.generate()
    guard zone.signingKey == nil else { return }
    let fault = ConfigurationFault(
      path: "dnssec", problem: "is true, and no key can be made",
      remedy: "Look whether the machine gives random numbers, and try again.")
    note(fault, under: path)
  }

  /// Gives the keys of transfers the secrets that they have.
  private mutating func keepSecrets(
    _ zone: inout ZoneConfiguration, of current: ZoneConfiguration?, path: String
  ) {
    if let current { zone.transfers.takeSecrets(from: current.transfers) }
    for (index, key) in zone.transfers.tsigKeys.enumerated() where key.secret == nil {
      let fault = ConfigurationFault(
        path: "transfers.tsigKeys[\(index)].secret", problem: "is missing",
        remedy: "Give the secret in base64. Make one: openssl rand -base64 32.")
      note(fault, under: path)
    }
  }

  /// `zone` with the keys of `current` where it has none for the same chain.
  private mutating func keepingKeys(
    _ zone: ZoneConfiguration, of current: ZoneConfiguration?, path: String
  ) -> ZoneConfiguration {
    var zone = zone
    keepSigningKey(&zone, of: current, path: path)
    keepSecrets(&zone, of: current, path: path)
    for index in zone.certificates.indices where zone.certificates[index].key == nil {
      let chain = zone.certificates[index].chain
      zone.certificates[index].key = current?.certificates.first { $0.chain == chain }?.key
      guard zone.certificates[index].key == nil else { continue }
      let fault = ConfigurationFault(
        path: "certificates[\(index)].key", problem: "is missing",
        remedy: "Give the certificate's private key as PEM text.")
      note(fault, under: path)
    }
    return zone
  }
}

extension ZoneChangeSet.Entry {
  /// Whether the zone's DNS changes, for who has a copy of it.
  var changesNames: Bool {
    guard let records = new?.records else { return false }
    guard let before else { return true }
    return records != before.records || new?.signingKey != before.signingKey
  }

  /// Gives the zone's DNS its serial number, if it has changed; false if it has not.
  fileprivate mutating func settleSerial(
    sequence: UInt64, _ last: UInt64, found: SerialNumber?
  ) -> Bool {
    guard let records = new?.records, changesNames || renewsSerial else { return false }
    let old = before?.records.serial(before: last) ?? found
    hasFoundSerial = found != nil
    new?.records = records.succeeding(old, sequence: sequence)
    return true
  }
}

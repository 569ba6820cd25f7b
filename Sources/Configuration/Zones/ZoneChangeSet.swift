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
  let now: WallTime

  /// An empty set for so many changes, which are made at `now`.
  init(capacity: Int, now: WallTime) {
    self.now = now
    entries.reserveCapacity(capacity)
    positions.reserveCapacity(capacity)
  }

  /// A configuration, by reference: it is large, and a copy of it counts some thirty references.
  final class Draft {
    var zone: ZoneConfiguration

    init(_ zone: ZoneConfiguration) { self.zone = zone }
  }

  /// One zone: what is stored, and what is to be.
  final class Entry {
    let id: ZoneID
    var path: String
    let old: Stored?
    var new: Draft?
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
    /// The zone as it was, if it must not lose its keys.
    var known: ZoneConfiguration?

    init(id: ZoneID, path: String, old: Stored?) {
      self.id = id
      self.path = path
      self.old = old
    }
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
    let signingKeys: KeySet?
    let signingPolicy: SigningPolicy

    init?(_ zone: ZoneConfiguration) {
      guard let records = zone.records else { return nil }
      self.records = records
      transfers = zone.transfers
      signingKeys = zone.signingKeys
      signingPolicy = zone.signingPolicy
    }
  }

  /// A zone as it is stored.
  struct Stored {
    let record: [UInt8]
    let keys: [UInt8]?

    /// Whether answers are signed.
    var hasSigningKeys: Bool { keys.map { ZoneRecord.hasSigningKeys($0.span) } ?? false }

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
    let entry = try entry(of: change, stored)
    entry.path = change.path
    switch change.action {
    case .put(let zone):
      keepKeys(entry, Draft(zone), of: entry.new?.zone)
    case .patch(let id, let patch):
      guard let current = entry.new else { return noteUnknown(id, change.path) }
      if let zone = patched(current.zone, patch, path: change.path) {
        keepKeys(entry, Draft(zone), of: current.zone)
      }
    case .keys(let id, let keys):
      guard let current = entry.new else { return noteUnknown(id, change.path) }
      if let zone = changed(current.zone, keys, path: change.path) {
        entry.new = Draft(zone)
        // They went step by step, or it was said that they are to go.
        if !zone.hasSigningKeys { entry.known = nil }
      }
    case .renewSerial(let id):
      if entry.new == nil { noteUnknown(id, change.path) }
      entry.renewsSerial = true
    case .remove(let id):
      if entry.new == nil { noteUnknown(id, change.path) }
      entry.new = nil
    }
  }

  /// The entry of the zone that `change` is of.
  private mutating func entry(
    of change: ZoneChange, _ stored: (ZoneID) throws(StorageError) -> Stored?
  ) throws(StorageError) -> Entry {
    let id = change.zoneID
    if let position = positions[id] { return entries[position] }
    let old = try stored(id)
    let entry = Entry(id: id, path: change.path, old: old)
    // What is replaced whole need not be read, but for keys, which must not go at once.
    if let old, change.needsCurrent || old.hasSigningKeys {
      let zone = try old.configuration(id)
      entry.new = Draft(zone)
      if zone.mayBeKnownAbove { entry.known = zone }
    }
    positions[id] = entries.count
    entries.append(entry)
    return entry
  }

  /// Writes the records, forgets the zones that stay as they are, and gives the others their serial
  /// numbers. The change that was made last has the number `last`; `lost` finds the serial number that
  /// a name had before its DNS went.
  mutating func finish(
    after last: UInt64, lost: (String) throws(StorageError) -> SerialNumber?
  ) throws(StorageError) {
    for entry in entries {
      if let old = entry.old, let new = entry.new, let records = new.zone.records,
        let before = NamesBefore(try old.configuration(entry.id))
      {
        entry.before = before
        if !entry.renewsSerial, !records.changes(before.records),
          new.zone.signingKeys?.plan == before.signingKeys?.plan
        {
          new.zone.records = before.records
        }
      }
      if entry.old != nil { entry.write() }
    }
    entries.removeAll { entry in
      guard entry.new != nil else { return entry.old == nil }
      return entry.old?.record == entry.record && entry.old?.keys == entry.keys
        && !entry.renewsSerial
    }
    for (index, entry) in entries.enumerated() {
      if entry.new?.zone.records == nil { entry.lostSerial = entry.old?.lostSerial(entry.id, last) }
      var found: SerialNumber?
      if entry.before == nil, let new = entry.new, new.zone.records != nil {
        found = try lost(new.zone.name)
      }
      let isSettled = entry.settleSerial(
        sequence: last + 1 + UInt64(index), last, found: found)
      if isSettled || entry.record.isEmpty { entry.write() }
    }
    positions = [:]
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
    var decoded = ZoneConfiguration.decode(tree, &decoder) { _ in zone.id }
    faults.append(contentsOf: decoder.faults)
    // Null takes the default, here as everywhere.
    decoded?.keepsSigningPolicy = false
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

  /// Makes `new` what is to be, with the keys of `current` where it has none.
  private mutating func keepKeys(_ entry: Entry, _ new: Draft, of current: ZoneConfiguration?) {
    entry.new = new
    keepSigningKeys(new, of: current, path: entry.path)
    if let current { new.zone.transfers.takeSecrets(from: current.transfers) }
    for (index, key) in new.zone.transfers.tsigKeys.enumerated() where key.secret == nil {
      let fault = ConfigurationFault(
        path: "transfers.tsigKeys[\(index)].secret", problem: "is missing",
        remedy: "Give the secret in base64. Make one: openssl rand -base64 32.")
      note(fault, under: entry.path)
    }
    for (index, certificate) in new.zone.certificates.enumerated() where certificate.key == nil {
      if let key = current?.certificates.first(where: { $0.chain == certificate.chain })?.key {
        new.zone.certificates[index].key = key
        continue
      }
      let fault = ConfigurationFault(
        path: "certificates[\(index)].key", problem: "is missing",
        remedy: "Give the certificate's private key as PEM text.")
      note(fault, under: entry.path)
    }
  }
}

extension ZoneChangeSet.Entry {
  /// Writes what is to be stored.
  fileprivate func write() {
    guard let new else { return }
    record = ZoneRecord.write(new.zone)
    keys = ZoneRecord.writeKeys(new.zone)
  }

  /// Whether the zone's DNS changes, for who has a copy of it.
  var changesNames: Bool {
    guard let new, let records = new.zone.records else { return false }
    guard let before else { return true }
    return records != before.records || new.zone.signingKeys?.plan != before.signingKeys?.plan
  }

  /// Gives the zone's DNS its serial number, if it has changed; false if it has not.
  fileprivate func settleSerial(
    sequence: UInt64, _ last: UInt64, found: SerialNumber?
  ) -> Bool {
    guard let new, let records = new.zone.records, changesNames || renewsSerial else {
      return false
    }
    let old = before?.records.serial(before: last) ?? found
    hasFoundSerial = found != nil
    new.zone.records = records.succeeding(old, sequence: sequence)
    return true
  }
}

// The store of zones: configuration on disk, read one zone at a time.

import Cache
package import Primitives
package import Storage

/// All zones of a server, in LMDB. What a lookup or a change costs does not depend on how many
/// zones there are, and a zone that is not asked for costs no memory.
///
/// Reading may touch the disk: do it on a storage thread, not on a loop.
package final class ZoneStore: Sendable {
  package let directory: String

  let environment: StorageEnvironment
  package let check: CertificateCheck
  let tables: Tables
  /// Purges of URLs, tags and hosts of one generation, half of what a zone keeps.
  let purgesPerGeneration: Int
  /// Changes of zones that the log keeps, and as many purges.
  let changesKept: Int
  /// Names without DNS whose last serial numbers are kept.
  let lostSerialLimit: Int

  /// The export on the disk; nil before it is known.
  let exported = Guarded<Exported?>(nil)

  /// The tables of the store.
  struct Tables: Sendable {
    static let names =
      [
        "zones", "keys", "names", "hostnames", "wildcards", "changes", "meta", "secrets",
        "purges", "purgeLog", "apexes", "transfers", "journal",
        "keySteps", "keysDue",
      ] + besideNames

    /// What rooms above keep of customers, beside the zones: in the same transactions (`ZoneStore+Beside`).
    static let besideNames = [
      "accounts", "credentials", "tokens", "customerZones", "accountZones", "dnsRecords", "audit",
    ]

    /// Identity -> `ZoneRecord`.
    let zones: StorageTable
    /// Identity -> private keys, apart from the configuration.
    let keys: StorageTable
    /// Domain -> identity.
    let names: StorageTable
    /// Exact hostname -> identity.
    let hostnames: StorageTable
    /// The part of a wildcard after `*.` -> identity.
    let wildcards: StorageTable
    /// Sequence number -> what changed of a zone.
    let changes: StorageTable
    /// Sequence number -> what was purged.
    let purgeLog: StorageTable
    let meta: StorageTable
    let secrets: StorageTable
    /// Identity and hash -> the latest purges of it: `PurgeTableKeys`.
    let purges: StorageTable
    /// The domain of a zone with DNS records, its labels from the root on (`ApexKeys`) ->
    /// identity, and the number of its last change.
    let apexes: StorageTable
    /// Identity of a zone that others may have copies of -> number and time of the last change that they see.
    let transfers: StorageTable
    /// Identity and number of a change -> what it changed of the zone's records (`JournalLine`).
    let journal: StorageTable
    /// When something is due for a zone's keys, and identity -> nothing (`ZoneStore+Keys`).
    let keySteps: StorageTable
    /// Identity -> when something is due for the zone's keys.
    let keysDue: StorageTable

    init(_ environment: StorageEnvironment) {
      zones = environment.table("zones")
      keys = environment.table("keys")
      names = environment.table("names")
      hostnames = environment.table("hostnames")
      wildcards = environment.table("wildcards")
      changes = environment.table("changes")
      meta = environment.table("meta")
      secrets = environment.table("secrets")
      purges = environment.table("purges")
      purgeLog = environment.table("purgeLog")
      apexes = environment.table("apexes")
      transfers = environment.table("transfers")
      journal = environment.table("journal")
      keySteps = environment.table("keySteps")
      keysDue = environment.table("keysDue")
    }
  }

  init(
    _ environment: StorageEnvironment, _ check: CertificateCheck,
    purgesPerGeneration: Int = CacheLimits.purges / 2, changesKept: Int = ZonesLimits.changesKept,
    lostSerialLimit: Int = ZonesLimits.lostSerials
  ) {
    self.environment = environment
    self.check = check
    self.purgesPerGeneration = purgesPerGeneration
    self.changesKept = changesKept
    self.lostSerialLimit = lostSerialLimit
    directory = environment.directory
    tables = Tables(environment)
  }

  /// Closes the store; nothing may be using it.
  package func close() { environment.close() }

  // MARK: - Looking up

  /// The zone that serves `host` (a name without port, in any case): the one that has exactly this
  /// name, else the one that has it with the first label left open.
  package func zone(forHost host: Span<UInt8>) throws(StorageError) -> ZoneID? {
    guard host.count > 0, host.count <= ZonesLimits.nameBytes + 1 else { return nil }
    var name: [UInt8] = []
    name.reserveCapacity(host.count)
    for index in host.indices { name.append(host[index].asciiLowercased) }
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    return try environment.read { (state) throws(StorageError) in
      if let found = try state.value(at: name.span, in: tables.hostnames) {
        return ZoneKeys.id(found)
      }
      guard let dot = name.firstIndex(of: UInt8(ascii: ".")), dot > 0 else { return nil }
      let parent = name.span.extracting((dot + 1)...)
      guard let found = try state.value(at: parent, in: tables.wildcards) else { return nil }
      return ZoneKeys.id(found)
    }
  }

  /// The zone whose domain is `name`.
  package func zone(named name: String) throws(StorageError) -> ZoneID? {
    let key = Array(name.lowercased().utf8)
    return try environment.read { (state) throws(StorageError) in
      guard let found = try state.value(at: key.span, in: tables.names) else { return nil }
      return ZoneKeys.id(found)
    }
  }

  /// The configuration of `id`, without private keys; nil if there is no such zone.
  package func configuration(of id: ZoneID) throws(StorageError) -> ZoneConfiguration? {
    let key = ZoneKeys.key(id)
    return try environment.read { (state) throws(StorageError) in
      guard let record = try state.value(at: key.span, in: tables.zones) else { return nil }
      return try Self.read(record, id: id)
    }
  }

  /// The configuration of `id` with its private keys; nil if there is no such zone.
  package func configurationWithKeys(
    of id: ZoneID
  ) throws(StorageError) -> ZoneConfiguration? {
    let key = ZoneKeys.key(id)
    return try environment.read { (state) throws(StorageError) in
      guard let record = try state.value(at: key.span, in: tables.zones) else { return nil }
      var zone = try Self.read(record, id: id)
      if let keys = try state.value(at: key.span, in: tables.keys) {
        try Self.add(keys, to: &zone)
      }
      return zone
    }
  }

  /// Up to `limit` zones in the order of their domains, those after `name`.
  package func list(
    after name: String? = nil, limit: Int
  ) throws(StorageError) -> [ZoneSummary] {
    try environment.read { (state) throws(StorageError) in
      var found: [ZoneSummary] = []
      let start = name.map { Array($0.utf8) }
      var cursor = try state.cursor(over: tables.names, from: start)
      while found.count < limit, try cursor.next() {
        let key = cursor.keyCopy()
        guard key != start, let id = ZoneKeys.id(try cursor.value()) else { continue }
        found.append(ZoneSummary(id: id, name: String(decoding: key, as: UTF8.self)))
      }
      return found
    }
  }

  /// Bytes of the store's file that are in use.
  package var usedBytes: Int { environment.usedBytes }

  /// How many zones there are.
  package func count() throws(StorageError) -> Int {
    try environment.read { (state) throws(StorageError) in try state.count(of: tables.zones) }
  }

  // MARK: - Records

  static func read(_ record: Span<UInt8>, id: ZoneID) throws(StorageError) -> ZoneConfiguration {
    guard let zone = ZoneRecord.read(record, id: id) else {
      throw .recordVersion(
        table: "zones", key: ZoneKeys.key(id), version: record.count > 0 ? record[0] : 0)
    }
    return zone
  }

  static func add(_ keys: Span<UInt8>, to zone: inout ZoneConfiguration) throws(StorageError) {
    guard ZoneRecord.readKeys(keys, into: &zone) else {
      throw .recordVersion(
        table: "keys", key: ZoneKeys.key(zone.id), version: keys.count > 0 ? keys[0] : 0)
    }
  }
}

// Stored responses in the reserve, behind those on the disk.

package import Exchange
import HTTP
package import Primitives
import Runtime

/// Puts stored responses into the reserve, and makes responses of its records again. From any thread.
///
/// Names are those of the disk without its secret, so that a new disk finds them too. A response that varies
/// lies under its variant's name; under the key's own lies its head, which tells by what it varies.
package final class CacheReserve: Sendable {
  private let records: any RecordReserve

  package init(_ records: any RecordReserve) { self.records = records }

  /// The response for `key` that suits a request's fields and was not purged since; it may be stale. Unknown is
  /// whether there is one, now or later, where the store did not say so. From the task of `parker`, for a bounded time.
  func find(
    _ key: [UInt8], _ hash: UInt64, of zone: CacheZone, for fields: FieldBlock,
    at shard: CacheShard, on lane: Lane, _ parker: Parker
  ) async -> ReservedFinding<StoredResponse> {
    var name = ReservedName(target: CacheKey.target(of: key), identity: CacheKey.identity(of: key))
    func head(of record: ReservedRecord) -> RecordHead? {
      let times = RecordTimes(received: record.receivedWall, expires: record.expiresWall)
      return record.head.withSpan {
        RecordHead($0, of: name.identity, times, now: shard.now, wall: shard.wallTime)
      }
    }
    let first = await records.find(name, of: zone.id, on: lane, parker)
    guard case .found(var record) = first else { return first.withoutRecord }
    guard var found = head(of: record) else { return .absent }
    if !found.head.selection.isEmpty {
      guard let own = VarySelection(as: found.head.selection, request: fields) else {
        return .absent
      }
      name.variant = Self.variant(own)
      let second = await records.find(name, of: zone.id, on: lane, parker)
      guard case .found(let variant) = second else { return second.withoutRecord }
      guard let variantHead = head(of: variant), variantHead.head.selection.matches(fields)
      else { return .absent }
      (record, found) = (variant, variantHead)
    }
    // A number that no purge had yet is of another life of the zone: nobody knows what was purged since.
    guard record.sequence <= zone.purgeSequence,
      zone.verdict(since: record.sequence, key: key, tags: found.head.tags) != .void
    else { return .absent }
    let stored = StoredResponse(
      zone: zone, sequence: record.sequence, hash: hash, key: key, head: found.head,
      body: found.slices.map { StoredBody($0) } ?? StoredBody(record.body))
    stored.noteFromReserve()
    return stored.isCurrent ? .found(stored) : .absent
  }

  /// Keeps a response that was stored a moment ago, if it goes there at once.
  func putStored(_ stored: StoredResponse, at shard: CacheShard) {
    if stored.head.reserve?.isImmediate == true { put(stored, at: shard) }
  }

  /// Keeps a response that leaves memory, unless the disk has it.
  func putEvicted(_ stored: StoredResponse, at shard: CacheShard) {
    if stored.isCurrent, !stored.isOnDisk { put(stored, at: shard) }
  }

  private func put(_ stored: StoredResponse, at shard: CacheShard) {
    guard !stored.isFromReserve, let rule = stored.head.reserve, rule.admits(stored.body.count),
      stored.body.slices != nil || stored.body.count <= DiskLimits.bodyBytes,
      stored.freshness.isFresh(at: shard.now), !shard.isOutdated(stored)
    else { return }
    guard records.hasRoom(stored.body.retainedBytes, of: stored.zone.id) else {
      return records.noteDropped()
    }
    let identity = CacheKey.identity(of: stored.key)
    let times = RecordTimes(stored.head.freshness, now: shard.now, wall: shard.wallTime)
    let record = ReservedRecord(
      zone: stored.zone.id, sequence: stored.sequence, receivedWall: times.received,
      expiresWall: times.expires,
      head: Bytes(RecordHead(stored.head, stored.body.slices).bytes(identity)),
      body: stored.body.pieces)
    put(record, identity, stored.head.selection)
    // Its target may have been invalidated on another loop meanwhile.
    if shard.isOutdated(stored) { remove(stored.key, of: stored.zone) }
  }

  private func put(
    _ record: ReservedRecord, _ identity: [UInt8], _ selection: VarySelection
  ) {
    var name = ReservedName(target: CacheKey.target(of: identity), identity: identity)
    if !selection.isEmpty {
      var pointer = record
      pointer.body = []
      records.put(pointer, as: name)
      name.variant = Self.variant(selection)
    }
    records.put(record, as: name)
  }

  /// Forgets everything for the target of a key of a zone.
  func remove(_ key: [UInt8], of zone: CacheZone) {
    if zone.usesReserve { records.remove(CacheKey.target(of: key), of: zone.id) }
  }

  /// Lets no response for the target of a key be found that was received before `time`: one that came then has not met
  /// it, since the store did not say what it has.
  func outdate(_ key: [UInt8], of zone: CacheZone, receivedBefore time: WallTime) {
    records.outdate(CacheKey.target(of: key), of: zone.id, receivedBefore: time)
  }

  /// The names and values that a response varies by, in one order.
  private static func variant(_ selection: VarySelection) -> [UInt8] {
    var encoder = RecordEncoder()
    for member in selection.members.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
      encoder.append(member.name)
      encoder.append(optional: member.normalised)
    }
    return encoder.bytes
  }
}

extension CacheReserve: RecordHeir {
  /// Whether there is room in the queue.
  package func wants(_ bytes: Int, of zone: ZoneID) -> Bool { records.hasRoom(bytes, of: zone) }

  /// Whether its response was to go to the reserve.
  package func wants(head: Span<UInt8>) -> Bool {
    RecordHead.identityForReserve(head) != nil
  }

  /// Keeps a record of the disk as it is, but for where it came from.
  package func take(_ record: DiskRecord) {
    let found = record.head.withSpan { bytes -> ([UInt8], RecordHead)? in
      guard let identity = RecordHead.identityForReserve(bytes),
        let head = RecordHead(
          bytes, of: identity,
          RecordTimes(received: record.receivedWall, expires: record.expiresWall),
          now: SystemClock.monotonic, wall: SystemClock.wall)
      else { return nil }
      return (identity, head)
    }
    guard let (identity, head) = found else { return }
    put(
      ReservedRecord(
        zone: record.zone, sequence: record.sequence, receivedWall: record.receivedWall,
        expiresWall: record.expiresWall,
        head: head.isInReserve
          ? Bytes(RecordHead(head.head, head.slices).bytes(identity)) : record.head,
        body: record.body),
      identity, head.head.selection)
  }

  /// Forgets what it took of a record's target.
  package func forget(_ record: DiskRecord) {
    guard let identity = record.head.withSpan({ RecordHead.identityForReserve($0) }) else { return }
    records.remove(CacheKey.target(of: identity), of: record.zone)
  }
}

extension ReservedFinding<StoredResponse> {
  /// What was found.
  var response: StoredResponse? {
    if case .found(let response) = self { response } else { nil }
  }
}

extension ReservedFinding<ReservedRecord> {
  /// What it says where nothing was found.
  fileprivate var withoutRecord: ReservedFinding<StoredResponse> {
    if case .unknown = self { .unknown } else { .absent }
  }
}

// Stored responses on the disk, behind those in memory.

import Exchange
import HTTP
import Primitives
import Runtime

/// Puts stored responses on the disk as records, and makes responses of them again. From any thread.
///
/// A record's digest is that of its target, so that an invalidation removes all that a key may tell
/// apart beside it.
package final class CacheDisk: Sendable {
  let records: DiskCache

  package init(_ records: DiskCache) { self.records = records }

  /// The newest response for `key` that suits a request's fields and was not purged since; it may be
  /// stale. Waits for the disk.
  func find(
    _ key: [UInt8], _ hash: UInt64, of zone: CacheZone, for fields: FieldBlock,
    at shard: CacheShard, on lane: Lane
  ) async -> StoredResponse? {
    guard let digest = records.digest(of: CacheKey.target(of: key).span) else { return nil }
    let search = DiskSearch(key, hash, of: zone, for: fields, now: shard.now, wall: shard.wallTime)
    let found = FoundHead()
    let record = await records.find(digest, for: zone.id, on: lane) { record in
      guard let head = search.head(of: record) else { return false }
      found.head.withLock { $0 = head }
      return true
    }
    guard let record, let head = found.head.withLock({ $0 }) else { return nil }
    return search.response(record, head)
  }

  /// What `find` comes to, if that can be said without a wait.
  func findAtOnce(
    _ key: [UInt8], _ hash: UInt64, of zone: CacheZone, for fields: FieldBlock,
    at shard: CacheShard
  ) -> DiskSearch.Outcome {
    guard let digest = records.digest(of: CacheKey.target(of: key).span) else { return .nothing }
    let search = DiskSearch(key, hash, of: zone, for: fields, now: shard.now, wall: shard.wallTime)
    var found: RecordHead?
    let finding = records.findAtOnce(digest, for: zone.id) { record in
      found = search.head(of: record)
      return found != nil
    }
    switch finding {
    case .wouldWait: return .unknown
    case .nothing: return .nothing
    case .read(let record), .pending(let record):
      guard let found, let stored = search.response(record, found) else { return .nothing }
      return .found(stored)
    }
  }

  /// What the search for a record has decoded.
  private final class FoundHead: Sendable {
    let head = Guarded<RecordHead?>(nil)
  }

  /// What became of a response that was put here.
  enum Outcome { case kept, refused, noRoom }

  /// Keeps a response, unless it is there already or not worth it. One that `isWanted` is kept even if
  /// the disk has not seen that it was asked for.
  @discardableResult
  func put(_ stored: StoredResponse, isWanted: Bool = false, at shard: CacheShard) -> Outcome {
    guard !stored.isOnDisk else { return .kept }
    guard let digest = records.digest(of: CacheKey.target(of: stored.key).span) else {
      return .refused
    }
    let identity = CacheKey.identity(of: stored.key)
    let selection = selection(of: stored, identity)
    let isLarge = stored.body.slices == nil && stored.body.count > DiskLimits.bodyBytes
    guard stored.head.freshness.lifetimeSeconds >= CacheLimits.diskLifetimeSeconds,
      !isLarge || stored.head.isSliceable(shard.wallTime), !isInvalidated(stored, at: shard)
    else {
      records.supersede(digest, selection: selection, of: stored.zone.id)
      return .refused
    }
    let isAdmitted = isWanted || records.isAdmitted(digest)
    let room = Room(for: stored, at: shard)
    if isAdmitted, !records.hasRoom(for: room.bytes, in: room.records, of: stored.zone.id) {
      records.supersede(digest, selection: selection, of: stored.zone.id)
      return room.isPossible ? .noRoom : .refused
    }
    var cut: (slices: Slices, tally: SliceTally)?
    if isLarge, isAdmitted {
      cut = putSlices(of: stored, at: shard)
      if cut == nil {
        // Others took the room meanwhile.
        records.supersede(digest, selection: selection, of: stored.zone.id)
        return .noRoom
      }
    }
    let slices = cut?.slices ?? stored.body.slices
    let times = RecordTimes(stored.head.freshness, now: shard.now, wall: shard.wallTime)
    let record = DiskRecord(
      digest: digest, zone: stored.zone.id, selection: selection, sequence: stored.sequence,
      receivedWall: times.received, expiresWall: times.expires,
      head: Bytes(RecordHead(stored.head, slices).bytes(identity)),
      body: slices == nil ? stored.body.pieces : [])
    guard records.put(record, isWanted: isAdmitted) else {
      if let cut { forget(cut.slices, cut.tally.put, of: stored.zone.id, at: shard) }
      return isAdmitted && record.fits ? .noRoom : .refused
    }
    if let cut { records.noteDropped(cut.tally.refusedCount) }
    stored.noteOnDisk()
    // Its target may have been invalidated on another loop meanwhile.
    if isInvalidated(stored, at: shard) { records.remove(digest, of: stored.zone.id) }
    return .kept
  }

  /// Whether there is room for a response, or for enough of it to begin with.
  func hasRoom(for stored: StoredResponse, at shard: CacheShard) -> Bool {
    let room = Room(for: stored, at: shard)
    return records.hasRoom(for: room.bytes, in: room.records, of: stored.zone.id)
  }

  /// The room that there must be in the queue before a response is put here.
  private struct Room {
    var bytes = 0
    var records = 1

    init(for stored: StoredResponse, at shard: CacheShard) {
      guard stored.body.slices == nil else { return }
      bytes = stored.body.count
      guard bytes > DiskLimits.bodyBytes else { return }
      let size = shard.sliceBytes
      let half = (Slices(id: 0, count: bytes, sliceBytes: size).indices.count + 1) / 2
      bytes = max(
        min(bytes, DiskLimits.owedBytesAtOnce),
        half * (size + DiskLimits.sliceHeadBytes) + DiskLimits.headBytes)
      records = half + 1
    }

    /// A zone can have so much of the queue, at least while nobody else has anything there.
    var isPossible: Bool {
      bytes <= DiskLimits.pendingBytes / 2 && records <= DiskLimits.pendingChanges / 2
    }
  }

  /// Keeps a response that leaves memory, if it was of use there or had no room here when it came.
  func putEvicted(_ stored: StoredResponse, at shard: CacheShard) {
    guard stored.wasUsed || stored.isOwed, !stored.isOnDisk, stored.isCurrent else { return }
    if put(stored, isWanted: stored.wasUsed, at: shard) == .noRoom { records.noteDropped() }
  }

  /// Whether the response for a key would be kept, as often as its target was asked for.
  func isAdmitted(_ key: [UInt8]) -> Bool {
    records.digest(of: CacheKey.target(of: key).span).map { records.isAdmitted($0) } ?? false
  }

  /// Whether the target of a response was invalidated since: its key has an earlier instant then.
  private func isInvalidated(_ stored: StoredResponse, at shard: CacheShard) -> Bool {
    guard let instant = CacheKey.invalidation(in: stored.key) else { return false }
    let target = CacheKey.target(of: stored.key)
    return stored.zone.targetInvalidations().latest(shard.hash.hash(target.span)) > instant
  }

  /// `new` takes the place of `old` after a validation: if no more than times have changed, so have
  /// those on the disk.
  func refresh(_ old: StoredResponse, by new: StoredResponse, at shard: CacheShard) {
    guard old.isOnDisk, new.head.isRecorded(as: old.head),
      let digest = records.digest(of: CacheKey.target(of: old.key).span)
    else { return }
    let times = RecordTimes(new.head.freshness, now: shard.now, wall: shard.wallTime)
    records.touch(
      digest, selection: selection(of: old, CacheKey.identity(of: old.key)), of: old.zone.id,
      receivedWall: times.received, expiresWall: times.expires, sequence: new.sequence)
    new.noteOnDisk()
  }

  /// Forgets a response, and none beside it.
  func remove(_ stored: StoredResponse) {
    guard let digest = records.digest(of: CacheKey.target(of: stored.key).span) else {
      return remove(stored.key, of: stored.zone.id)
    }
    let identity = CacheKey.identity(of: stored.key)
    records.supersede(digest, selection: selection(of: stored, identity), of: stored.zone.id)
  }

  /// Forgets everything for the target of a key of a zone.
  func remove(_ key: [UInt8], of zone: ZoneID) {
    records.remove(key: CacheKey.target(of: key), of: zone)
  }

  /// What tells responses for one target apart: parts of the key beside it, and Vary.
  private func selection(of stored: StoredResponse, _ identity: [UInt8]) -> UInt64 {
    var encoder = RecordEncoder()
    encoder.append(identity)
    for member in stored.head.selection.members {
      encoder.append(member.name)
      encoder.append(optional: member.normalised)
    }
    return records.digest(of: encoder.bytes.span)?.low ?? 0
  }
}

extension StoredHead {
  /// Whether a record of `other` tells all but the times of this one. Its Date is one of those.
  fileprivate func isRecorded(as other: StoredHead) -> Bool {
    func bytes(_ head: StoredHead) -> [UInt8] { RecordHead(head, nil).bytes([], isDated: false) }
    return bytes(self) == bytes(other)
  }
}

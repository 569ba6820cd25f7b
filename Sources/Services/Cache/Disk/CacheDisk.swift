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
    guard let digest = digest(of: key) else { return nil }
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
    guard let digest = digest(of: key) else { return .nothing }
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

  /// The digest of a key's target.
  func digest(of key: [UInt8]) -> DiskDigest? { records.digest(of: CacheKey.targetSpan(of: key)) }

  /// What the search for a record has decoded.
  private final class FoundHead: Sendable {
    let head = Guarded<RecordHead?>(nil)
  }

  /// Keeps a response, unless it is there already or not worth it. One that `isWanted` is kept even if
  /// the disk has not seen that it was asked for.
  func put(_ stored: StoredResponse, isWanted: Bool = false, at shard: CacheShard) {
    guard !stored.isOnDisk, let digest = digest(of: stored.key)
    else { return }
    let identity = CacheKey.identity(of: stored.key)
    let selection = selection(of: stored, identity)
    let isLarge = stored.body.slices == nil && stored.body.count > DiskLimits.bodyBytes
    guard stored.head.freshness.lifetimeSeconds >= CacheLimits.diskLifetimeSeconds,
      !isLarge || stored.head.isSliceable(shard.wallTime), !shard.isOutdated(stored)
    else { return records.supersede(digest, selection: selection, of: stored.zone.id) }
    let slices = isLarge ? putSlices(of: stored, at: shard) : stored.body.slices
    let times = RecordTimes(stored.head.freshness, now: shard.now, wall: shard.wallTime)
    let record = DiskRecord(
      digest: digest, zone: stored.zone.id, selection: selection, sequence: stored.sequence,
      receivedWall: times.received, expiresWall: times.expires,
      head: Bytes(
        RecordHead(stored.headOnDisk, slices, isInReserve: stored.isInReserve).bytes(identity)),
      body: slices == nil ? stored.body.pieces : [])
    guard records.put(record, isWanted: isWanted) else { return }
    stored.noteOnDisk()
    // Its target may have been invalidated on another loop meanwhile.
    if shard.isOutdated(stored) { records.remove(digest, of: stored.zone.id) }
  }

  /// Keeps a response that leaves memory, if it was of use there.
  func putEvicted(_ stored: StoredResponse, at shard: CacheShard) {
    if stored.wasUsed, !stored.isOnDisk, stored.isCurrent {
      put(stored, isWanted: true, at: shard)
    }
  }

  /// `new` takes the place of `old` after a validation: if no more than times have changed, so have
  /// those on the disk.
  func refresh(_ old: StoredResponse, by new: StoredResponse, at shard: CacheShard) {
    guard old.isOnDisk, new.head.isRecorded(as: old.head),
      let digest = digest(of: old.key)
    else { return }
    let times = RecordTimes(new.head.freshness, now: shard.now, wall: shard.wallTime)
    records.touch(
      digest, selection: selection(of: old, CacheKey.identity(of: old.key)), of: old.zone.id,
      receivedWall: times.received, expiresWall: times.expires, sequence: new.sequence)
    new.noteOnDisk()
  }

  /// Forgets a response, and none beside it.
  func remove(_ stored: StoredResponse) {
    guard let digest = digest(of: stored.key) else {
      return remove(stored.key, of: stored.zone.id)
    }
    let identity = CacheKey.identity(of: stored.key)
    records.supersede(digest, selection: selection(of: stored, identity), of: stored.zone.id)
  }

  /// Forgets everything for the target of a key of a zone.
  func remove(_ key: [UInt8], of zone: ZoneID) {
    records.remove(key: CacheKey.targetSpan(of: key), of: zone)
  }

  /// Keeps a slice of a body that is cut up as it comes, or as it is put here.
  func put(
    _ slice: SliceWriter.Slice, of slices: Slices, _ whole: StoredHead, _ zone: CacheZone,
    _ sequence: UInt64, receivedAt: Instant, isWanted: Bool = false, at shard: CacheShard
  ) {
    let key = slices.key(slice.index, of: zone.id)
    let stored = StoredResponse(
      zone: zone, sequence: sequence, hash: shard.hash.hash(key.span), key: key,
      head: .slice(receivedAt: receivedAt, of: whole), body: StoredBody(slice.pieces))
    put(stored, isWanted: isWanted, at: shard)
  }

  private func putSlices(of stored: StoredResponse, at shard: CacheShard) -> Slices {
    let head = stored.headOnDisk
    var writer = SliceWriter(id: .random(in: 1...(.max)), sliceBytes: shard.sliceBytes)
    func put(_ slice: SliceWriter.Slice) {
      self.put(
        slice, of: writer.slices, head, stored.zone, stored.sequence,
        receivedAt: stored.head.freshness.receivedAt, at: shard)
    }
    for piece in stored.body.pieces { for slice in writer.append(piece) { put(slice) } }
    if let slice = writer.finish() { put(slice) }
    return writer.slices
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

extension StoredResponse {
  /// Its head as a record has it, which goes to the reserve later or not.
  var headOnDisk: StoredHead {
    var head = self.head
    if let rule = head.reserve, !rule.admits(body.count) { head.reserve = nil }
    return head
  }
}

extension StoredHead {
  /// Whether a record of `other` tells all but the times of this one. Its Date is one of those.
  fileprivate func isRecorded(as other: StoredHead) -> Bool {
    func bytes(_ head: StoredHead) -> [UInt8] { RecordHead(head, nil).bytes([], isDated: false) }
    return bytes(self) == bytes(other)
  }
}

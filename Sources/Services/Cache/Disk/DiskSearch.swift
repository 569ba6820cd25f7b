// What a look for a response on the disk is for.

import Exchange
import HTTP
import Primitives

/// Tells which record answers a request, and makes a response of it.
final class DiskSearch: Sendable {
  private let key: [UInt8]
  private let hash: UInt64
  private let zone: CacheZone
  private let fields: FieldBlock
  private let identity: [UInt8]
  private let now: Instant
  private let wall: WallTime

  /// What it came to.
  enum Outcome {
    case found(StoredResponse)
    /// There is none.
    case nothing
    /// The disk would have to be waited for.
    case unknown
  }

  init(
    _ key: [UInt8], _ hash: UInt64, of zone: CacheZone, for fields: FieldBlock, now: Instant,
    wall: WallTime
  ) {
    (self.key, self.hash, self.zone, self.fields) = (key, hash, zone, fields)
    (self.now, self.wall) = (now, wall)
    identity = CacheKey.identity(of: key)
  }

  /// What a record's head says; nil if it does not suit the request, or was purged.
  func head(of record: DiskRecord) -> RecordHead? {
    let times = RecordTimes(received: record.receivedWall, expires: record.expiresWall)
    let head = record.head.withSpan { RecordHead($0, of: identity, times, now: now, wall: wall) }
    // What is void stays until its place is taken or evicted: what came meanwhile must not go.
    guard let head, head.head.selection.matches(fields),
      zone.verdict(since: record.sequence, key: key, tags: head.head.tags) != .void
    else { return nil }
    return head
  }

  /// The response that a record is; nil if it was purged meanwhile.
  func response(_ record: DiskRecord, _ head: RecordHead) -> StoredResponse? {
    let stored = StoredResponse(
      zone: zone, sequence: record.sequence, hash: hash, key: key, head: head.head,
      body: head.slices.map { StoredBody($0) } ?? StoredBody(record.body))
    guard stored.isCurrent else { return nil }
    stored.noteOnDisk()
    if head.isInReserve { stored.noteInReserve() }
    return stored
  }
}

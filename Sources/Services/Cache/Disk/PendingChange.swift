// What the writer is to do.

import Primitives

/// A change that was asked for and is not committed yet.
struct PendingChange: Sendable {
  let digest: DiskDigest
  let kind: Kind
  /// Whose records change; nil if nobody asked for it.
  var zone: ZoneID?
  /// Its place in the order of changes.
  var id: UInt64 = 0

  /// What is to change.
  enum Kind: Sendable {
    /// Keeps a record, under the zone's number.
    case put(DiskRecord, zone: UInt32)
    /// Changes what the index says of the record of a selection.
    case touch(DiskTouch)
    /// Forgets the record of a selection, as another has taken its place elsewhere.
    case supersede(selection: UInt64)
    /// Forgets all records of the digest.
    case remove
    /// Forgets the entry that names this place, where its record is not.
    case forget(DiskPlace)
  }

  /// Memory that it takes, in bytes, beside a small constant.
  var bytes: Int {
    guard case .put(let record, _) = kind else { return 0 }
    return DiskRecordHeader.recordBytes(head: record.head.count, body: record.bodyBytes)
  }

  /// Whether it says what `other` has said right before.
  func repeats(_ other: PendingChange) -> Bool {
    switch (kind, other.kind) {
    case (.remove, .remove), (.supersede, .remove): true
    case (.supersede(let selection), .supersede(let before)): selection == before
    default: false
    }
  }
}

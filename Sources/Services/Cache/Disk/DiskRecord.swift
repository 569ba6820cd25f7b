// What is kept on the disk and comes back from it.

package import Primitives

/// A record: opaque head and body, and what the store must know of them.
package struct DiskRecord: Sendable {
  package var digest: DiskDigest
  /// Whose it is; a record is never given to another zone.
  package var zone: ZoneID
  /// A hash of what selects it among the records of its digest; the record replaces the one whose
  /// selection is the same.
  package var selection: UInt64
  /// The sequence number of the configuration that its response was asked for under.
  package var sequence: UInt64
  package var receivedWall: WallTime
  /// When it stops being fresh; kept for `DiskLimits.staleSeconds` more.
  package var expiresWall: WallTime
  /// At most `DiskLimits.headBytes`.
  package var head: Bytes
  /// At most `DiskLimits.bodyBytes` in all. Empty where only the head is asked about.
  package var body: [Bytes]

  package init(
    digest: DiskDigest, zone: ZoneID, selection: UInt64, sequence: UInt64, receivedWall: WallTime,
    expiresWall: WallTime, head: Bytes, body: [Bytes]
  ) {
    self.digest = digest
    self.zone = zone
    self.selection = selection
    self.sequence = sequence
    self.receivedWall = receivedWall
    self.expiresWall = expiresWall
    self.head = head
    self.body = body
  }

  var bodyBytes: Int { body.reduce(0) { $0 + $1.count } }

  /// Whether it is small enough to be kept.
  var fits: Bool { head.count <= DiskLimits.headBytes && bodyBytes <= DiskLimits.bodyBytes }
}

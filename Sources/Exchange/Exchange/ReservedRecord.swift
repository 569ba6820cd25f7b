// What the reserve keeps.

package import Primitives

/// A record: opaque head and body, and what must be known of them.
package struct ReservedRecord: Sendable {
  package var zone: ZoneID
  /// The number of the zone's latest purge when its fetch began.
  package var sequence: UInt64
  package var receivedWall: WallTime
  package var expiresWall: WallTime
  package var head: Bytes
  package var body: [Bytes]

  package init(
    zone: ZoneID, sequence: UInt64, receivedWall: WallTime, expiresWall: WallTime, head: Bytes,
    body: [Bytes]
  ) {
    self.zone = zone
    self.sequence = sequence
    self.receivedWall = receivedWall
    self.expiresWall = expiresWall
    self.head = head
    self.body = body
  }

  package var bodyBytes: Int { body.reduce(0) { $0 + $1.count } }
}

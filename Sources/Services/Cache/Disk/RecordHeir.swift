// Who gets what the disk lets go.

package import Primitives

/// Is offered the records that evictions remove, on the writer's thread.
package protocol RecordHeir: Sendable {
  /// Whether a record of so many bytes may be taken; costs next to nothing.
  func wants(_ bytes: Int, of zone: ZoneID) -> Bool
  /// Whether a record with that head may be.
  func wants(head: Span<UInt8>) -> Bool
  func take(_ record: DiskRecord)
  /// Forgets a record that it took and all of its target: it turned out to be outdated.
  func forget(_ record: DiskRecord)
}

// A far store of what caches had to let go.

package import Primitives
package import Runtime

/// Keeps records of a cache where they outlive its disk. Whatever fails there, or takes too long, is as if
/// nothing were kept; a record comes back as it was put, or not at all.
package protocol RecordReserve: AnyObject, Sendable {
  /// The record of that name, as it was put last and not removed since. From a task on `lane`; waits on
  /// `parker`, for a bounded time.
  func find(
    _ name: ReservedName, of zone: ZoneID, on lane: Lane, _ parker: Parker
  ) async -> ReservedFinding<ReservedRecord>

  /// Whether there is room now for so many bytes of the zone. From any thread.
  func hasRoom(_ bytes: Int, of zone: ZoneID) -> Bool

  /// Counts a record that was not put because there was no room. From any thread.
  func noteDropped()

  /// Keeps a record, sooner or later, if there is room for it. From any thread.
  func put(_ record: ReservedRecord, as name: ReservedName)

  /// Lets no record of a target be found that was received before `time`, where nobody can tell whether there
  /// is one. Some that are not the target's may go as well. From any thread.
  func outdate(_ target: [UInt8], of zone: ZoneID, receivedBefore time: WallTime)

  /// Lets no record of a target be found any more, and forgets them. From any thread.
  func remove(_ target: [UInt8], of zone: ZoneID)
}

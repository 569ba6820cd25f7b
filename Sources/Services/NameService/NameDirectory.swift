// Where the name service gets zones from.

package import DNS
package import Primitives

/// All zones of the server, as one loop reaches them.
package protocol NameDirectory: AnyObject {
  /// Finds, for each of `names` (in canonical wire form), the zone with records whose apex is its
  /// longest suffix, and gives `body` what was found, on the loop. Called on the loop, once at a time.
  func findRecords(for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void)

  /// Finds addresses outside of the zone that wants them, at its expense, and has the servers of all loops
  /// told (`NameServer.learn`): always something, and not before this returns. Called on the loop.
  func findAddresses(_ question: AliasQuestion)

  /// This loop has `snapshot` in memory: the addresses of its records are checked from now on, and what is found
  /// is told to the servers of all loops (`NameServer.learn`), not before this returns. Called on the loop.
  func beginChecks(of snapshot: NameZoneSnapshot)

  /// This loop has that zone in memory no longer, or it has no records that are checked. Called on the loop.
  func endChecks(of zone: ZoneID)

  /// Finds what a transfer of `snapshot` sends to who has the zone with the serial number `serial` (nil:
  /// nothing), and gives it to `body` on the loop. Called on the loop.
  func planTransfer(
    of snapshot: NameZoneSnapshot, after serial: SerialNumber?,
    _ body: @escaping @Sendable (TransferPlan) -> Void
  )
}

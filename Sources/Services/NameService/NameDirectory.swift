// Where the name service gets zones from.

package import DNS
package import Primitives

/// All zones of the server, as one loop reaches them.
package protocol NameDirectory: AnyObject {
  /// Finds, for each of `names` (in canonical wire form), the zone with records whose apex is its
  /// longest suffix, and gives `body` what was found, on the loop. Called on the loop, once at a time.
  func findRecords(for names: [[UInt8]], _ body: @escaping @Sendable ([FoundName]) -> Void)

  /// Finds the addresses of the family `type` (A or AAAA) that `name` (in canonical wire form) leads to,
  /// in zones of this server or elsewhere, at the expense of `zone`, and gives them to `body` on the loop.
  /// Called on the loop.
  func findAddresses(
    of name: [UInt8], _ type: RecordType, for zone: ZoneID,
    _ body: @escaping @Sendable (AliasFinding) -> Void
  )

  /// Finds what a transfer of `snapshot` sends to who has the zone with the serial number `serial` (nil:
  /// nothing), and gives it to `body` on the loop. Called on the loop.
  func planTransfer(
    of snapshot: NameZoneSnapshot, after serial: SerialNumber?,
    _ body: @escaping @Sendable (TransferPlan) -> Void
  )
}

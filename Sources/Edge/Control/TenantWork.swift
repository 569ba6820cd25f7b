// Work of the API that a tenant pays for.

package import Primitives
package import Runtime

/// What the API's worker spent on one zone.
package struct TenantWork: Sendable {
  package let zone: ZoneID
  package let ledger: LaneLedger

  /// Runs `body`, which works for `zone`, and counts what it takes; nil off the threads that are loops.
  static func count<Result, E: Error>(
    for zone: ZoneID, _ body: () throws(E) -> Result
  ) throws(E) -> (Result, TenantWork?) {
    guard let loop = EventLoop.current else { return (try body(), nil) }
    let payer = Lane(loop: loop, name: "zone")
    loop.charge(payer)
    defer { loop.charge(loop.systemLane) }
    let result = try body()
    loop.charge(loop.systemLane)
    return (result, TenantWork(zone: zone, ledger: payer.ledger))
  }
}

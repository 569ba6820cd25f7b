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
    let (result, ledger) = try LaneLedger.count(body)
    return (result, ledger.map { TenantWork(zone: zone, ledger: $0) })
  }
}

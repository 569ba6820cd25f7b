// Health checks of the records of the loop's zones.

package import NameService
package import Primitives

extension Gateway {
  /// Has the addresses of the zone's records checked as long as this loop has it.
  package func beginChecks(of snapshot: NameZoneSnapshot) {
    recordChecks.hold(snapshot.id, snapshot.checked, epoch: snapshot.epoch, by: loop)
  }

  /// They need not be checked for this loop any more.
  package func endChecks(of zone: ZoneID) { recordChecks.release(zone, by: loop) }
}

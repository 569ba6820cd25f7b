// New serial numbers for zones that stay as they are.

package import Primitives

extension ZoneStore {
  /// What became of a renewal: the changes that were made, and why the last zone was left out, if some
  /// were.
  package struct Renewal: Sendable {
    package internal(set) var applied: AppliedChanges?
    package internal(set) var failure: ZoneStoreError?
  }

  /// Gives the DNS of zones new serial numbers. Certificates are not looked at, as nothing of them
  /// changes, and a zone that can't be renewed keeps no other from it.
  package func renewSerials(of zones: [ZoneID]) -> Renewal {
    var renewal = Renewal()
    guard !zones.isEmpty else { return renewal }
    do throws(ZoneStoreError) {
      renewal.applied = try renew(zones)
      return renewal
    } catch { renewal.failure = error }
    guard zones.count > 1 else { return renewal }
    renewal.failure = nil
    for zone in zones {
      do throws(ZoneStoreError) {
        let one = try renew([zone])
        renewal.applied = AppliedChanges(
          sequence: one.sequence, changes: (renewal.applied?.changes ?? []) + one.changes)
      } catch { renewal.failure = error }
    }
    return renewal
  }

  private func renew(_ zones: [ZoneID]) throws(ZoneStoreError) -> AppliedChanges {
    try apply(zones.map { .renewSerial($0) }, check: nil, sequenceFloor: 0)
  }
}

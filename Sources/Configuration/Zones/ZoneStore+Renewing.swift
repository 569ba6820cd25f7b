// New serial numbers for zones that stay as they are.

package import Primitives
import Runtime

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
    oneByOneIfNeeded(zones.map { .renewSerial($0) })
  }

  /// Makes changes that nothing of what was checked before depends on: all at once, or one by one if one of
  /// them fails.
  func oneByOneIfNeeded(
    _ changes: [ZoneChange], now: WallTime = SystemClock.wall
  ) -> Renewal {
    var renewal = Renewal()
    guard !changes.isEmpty else { return renewal }
    do throws(ZoneStoreError) {
      renewal.applied = try apply(changes, check: nil, sequenceFloor: 0, now: now)
      return renewal
    } catch { renewal.failure = error }
    guard changes.count > 1 else { return renewal }
    renewal.failure = nil
    for change in changes {
      do throws(ZoneStoreError) {
        let one = try apply([change], check: nil, sequenceFloor: 0, now: now)
        renewal.applied = AppliedChanges(
          sequence: one.sequence, changes: (renewal.applied?.changes ?? []) + one.changes)
      } catch { renewal.failure = error }
    }
    return renewal
  }
}

// Notifications of all zones on one loop.

import DNS
import Primitives
import Runtime

/// The zones whose secondaries are being told of changes, and those that wait for that.
struct Notifications {
  var notifiers: [ZoneID: ZoneNotifier] = [:]
  /// Whose message has which ID.
  var messages: [UInt16: ZoneNotifier] = [:]
  /// Apexes of zones that wait, in canonical wire form.
  var waiting: [[UInt8]] = []
  var known: Set<[UInt8]> = []
  /// Apexes of those that are being looked up.
  var asked: [[UInt8]] = []
  /// Zones that have changed since, as far as they are few.
  private var changed: Set<ZoneID> = []
  private var hasManyChanges = false
  var sockets: [SocketAddress.Family: NotifySocket] = [:]
  private var generator = SystemRandomNumberGenerator()

  init() {}

  mutating func forget(_ id: UInt16) { messages[id] = nil }

  /// A zone has changed: what is being looked up may be what was before.
  mutating func note(_ id: ZoneID) {
    guard !asked.isEmpty, !hasManyChanges else { return }
    hasManyChanges = changed.count == NameServiceLimits.changesDuringLookup
    if !hasManyChanges { changed.insert(id) }
  }

  /// Zones are looked up from now on.
  mutating func forgetChanges() {
    changed.removeAll()
    hasManyChanges = false
  }

  /// Whether the zone has changed, or may have, since the look-up began.
  func hasChanged(_ id: ZoneID) -> Bool { hasManyChanges || changed.contains(id) }

  /// An ID that no message has; they are fewer than there are IDs.
  mutating func makeID() -> UInt16 {
    var id = UInt16.random(in: .min ... .max, using: &generator)
    while messages[id] != nil { id &+= 1 }
    return id
  }
}

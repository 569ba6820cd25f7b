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
  /// Apexes of those that could not be read, and are to be looked up again.
  var failed: [[UInt8]] = []
  private var failures: [[UInt8]: Int] = [:]
  var retry: NotifyRetry?
  /// Zones of which some secondary has not been told yet, not even once.
  var freshCount = 0
  /// Zones that have changed since, as far as they are few.
  private var changed: Set<ZoneID> = []
  private var hasManyChanges = false
  var sockets: [SocketAddress.Family: NotifySocket] = [:]
  private var generator = SystemRandomNumberGenerator()

  init() {}

  mutating func forget(_ id: UInt16) { messages[id] = nil }

  /// The zone `apex` waits no longer.
  mutating func forget(_ apex: [UInt8]) {
    known.remove(apex)
    failures[apex] = nil
  }

  /// Keeps a zone that could not be read for another look-up; false if it has had enough.
  mutating func noteFailure(_ apex: [UInt8]) -> Bool {
    let count = failures[apex, default: 0] + 1
    guard count < NameServiceLimits.notifyLookups else {
      forget(apex)
      return false
    }
    failures[apex] = count
    failed.append(apex)
    return true
  }

  /// Who tells the secondaries of the zone `apex`.
  func notifier(of apex: [UInt8]) -> ZoneNotifier? {
    notifiers.values.first { $0.zone.snapshot.apex == apex }
  }

  /// A zone that gives its place to another one: all its secondaries were told once, and have answered
  /// if one of the first few is such.
  var yielding: ZoneNotifier? {
    var found: ZoneNotifier?
    var rest = NameServiceLimits.yieldingLookedAt
    for notifier in notifiers.values where !notifier.isFresh && rest > 0 {
      if notifier.isDone { return notifier }
      found = found ?? notifier
      rest -= 1
    }
    return found
  }

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

// Time that a simulation makes for itself.

import CLinux
package import Primitives

/// Time for a loop whose world is simulated: it stands still while nothing happens, jumps to whatever is due
/// next when no lane has work, and each look at a clock takes as long as any other. So a run depends on its
/// input only, however busy the machine is.
///
/// Confined to its loop, and to whoever makes that before it starts.
@safe package final class VirtualTime: @unchecked Sendable {
  // Confined to its loop.
  private let time: UnsafeMutablePointer<skerry_virtual_time>
  /// What is to happen, as a binary heap by instant and order of coming.
  private var events: [Event] = []
  private var count: UInt64 = 0

  /// Something that is to happen.
  private struct Event {
    let instant: Instant
    let number: UInt64
    let body: () -> Void

    func isBefore(_ other: Event) -> Bool {
      instant == other.instant ? number < other.number : instant < other.instant
    }
  }

  /// Time that begins at `start`, which is its wall clock's as well.
  package init(start: WallTime) {
    unsafe time = .allocate(capacity: 1)
    unsafe time.initialize(
      to: skerry_virtual_time(
        nanoseconds: UInt64(max(0, start.seconds)) * 1_000_000_000,
        step: RuntimeLimits.virtualStepNanoseconds))
  }

  // Loops live until the process ends; only time without one dies.
  deinit { unsafe time.deallocate() }

  var now: Instant { Instant(nanoseconds: unsafe time.pointee.nanoseconds) }

  var wallTime: WallTime { WallTime(seconds: Int64(now.nanoseconds / 1_000_000_000)) }

  /// Makes this the time of the calling thread.
  func rule() { unsafe skerry_set_own_time(time) }

  /// Calls `body` on the loop at `instant`, or next if that has passed, between the turns of lanes.
  package func schedule(at instant: Instant, _ body: @escaping () -> Void) {
    count += 1
    events.append(Event(instant: instant, number: count, body: body))
    var child = events.count - 1
    while child > 0, events[child].isBefore(events[(child - 1) / 2]) {
      events.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// When the first event is due; nil if there is none.
  var next: Instant? { events.first?.instant }

  /// Forgets what was to happen.
  package func forget() { events = [] }

  /// Goes on to `instant`, which does not go back.
  func advance(to instant: Instant) {
    unsafe time.pointee.nanoseconds = max(time.pointee.nanoseconds, instant.nanoseconds)
  }

  /// Calls everything that is due.
  func runEvents() {
    while let first = events.first, first.instant <= now {
      takeFirst()
      first.body()
    }
  }

  private func takeFirst() {
    let last = events.removeLast()
    guard !events.isEmpty else { return }
    events[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < events.count && events[child].isBefore(events[least]) { least = child }
      guard least != parent else { return }
      events.swapAt(parent, least)
      parent = least
    }
  }
}

// Writing down what must not be forgotten.

import Primitives
import Runtime

/// Has the notes of zones written that have changed, on a thread that may block, as many at once as have come while
/// the ones before were written. From any thread.
final class NoteKeeper: Sendable {
  private let notes: any ReserveNotes
  private let thread: EventLoop
  private let state = Guarded(State())
  private let report: @Sendable (String) -> Void

  /// Zones whose notes are to be written, and whether somebody is about to.
  private struct State: Sendable {
    var changed: Set<ZoneID> = []
    var isBusy = false
  }

  init(
    _ notes: any ReserveNotes, on thread: EventLoop, report: @escaping @Sendable (String) -> Void
  ) {
    (self.notes, self.thread, self.report) = (notes, thread, report)
  }

  /// What was written last; nil if it can't be read.
  func load() -> [(zone: ZoneID, note: [UInt8])]? { notes.load() }

  /// A zone's note is another now.
  func changed(_ zone: ZoneID, in reserve: Reserve) {
    let isFirst = state.withLock { state in
      state.changed.insert(zone)
      defer { state.isBusy = true }
      return !state.isBusy
    }
    if isFirst { thread.systemLane.post { self.write(reserve) } }
  }

  private func write(_ reserve: Reserve) {
    let zones = state.withLock { state in
      defer { state.changed = [] }
      state.isBusy = !state.changed.isEmpty
      return state.changed
    }
    guard !zones.isEmpty else { return }
    let rows = zones.map { zone in
      let note = reserve.note(of: zone)
      return (zone: zone, note: note.isEmpty ? [] : note.bytes)
    }
    if notes.put(rows) { return thread.systemLane.post { self.write(reserve) } }
    // The next change tries again.
    state.withLock { state in
      state.changed.formUnion(zones)
      state.isBusy = false
    }
    report("the reserve: what is void there can't be written down; a restart now would forget it")
  }
}

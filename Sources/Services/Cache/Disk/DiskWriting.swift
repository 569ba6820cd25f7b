// When the writer works.

import Primitives
import Runtime
import Storage
import Synchronization

/// The writer's work on its thread: opens the store, then commits changes together.
///
/// `@unchecked Sendable`: confined to its loop but for `isAnnouncementNeeded`, which is atomic.
final class DiskWriting: LoopWork, @unchecked Sendable {
  /// Called on the writer's thread when the store is open; set before that.
  var opened: (DiskStore) -> Void = { _ in }
  private let open: () throws(StorageError) -> DiskStore
  private var writer: DiskWriter?
  private var confirmsAt = Instant.never
  private var isClosed = false
  /// What was announced and not yet looked at: changes, and enough of them to begin at once.
  private let announced = Atomic(false)
  private let announcedAmple = Atomic(false)

  init(on lane: Lane, open: @escaping () throws(StorageError) -> DiskStore) {
    self.open = open
    super.init(on: lane)
  }

  /// Whether the writer must be told of changes. From any thread.
  func isAnnouncementNeeded(_ isAmple: Bool) -> Bool {
    let flag =
      isAmple
      ? announcedAmple.exchange(true, ordering: .acquiringAndReleasing)
      : announced.exchange(true, ordering: .acquiringAndReleasing)
    return !flag
  }

  /// There are changes, or so many that they are not to wait for others.
  func changesCame(_ isAmple: Bool) {
    guard writer != nil, !isClosed else { return }
    if isAmple {
      enqueue()
    } else if deadline == .never {
      setDeadline(loop.now + DiskLimits.commitDelay)
    }
  }

  override func run() {
    guard !isClosed else { return }
    guard let writer else { return openStore() }
    // Announcements from here on are about changes that this turn may not see.
    announced.store(false, ordering: .sequentiallyConsistent)
    announcedAmple.store(false, ordering: .sequentiallyConsistent)
    setDeadline(.never)
    let turn = writer.turn(now: loop.preciseNow, wall: SystemClock.wall)
    if loop.preciseNow > confirmsAt { confirm(writer.store) }
    switch turn {
    case .again: enqueue()
    case .rest(let end): setDeadline(end)
    case .idle:
      guard writer.store.pending.withLock({ !$0.isEmpty }) else { return }
      setDeadline(loop.preciseNow + DiskLimits.commitDelay)
    }
  }

  /// Commits what waits, as far as that works, and closes the index. No reader may be at work.
  func close() {
    isClosed = true
    setDeadline(.never)
    guard let writer else { return }
    // Bounded: an eviction need not come to its end.
    for _ in 0..<DiskLimits.closingTurns {
      guard writer.store.pending.withLock({ !$0.isEmpty }) else { break }
      if case .rest = writer.turn(now: loop.preciseNow, wall: SystemClock.wall) { break }
    }
    writer.store.index.environment.close()
  }

  private func openStore() {
    do {
      let store = try open()
      writer = DiskWriter(store)
      confirmsAt = loop.preciseNow + DiskLimits.confirmationDelay
      opened(store)
      enqueue()
    } catch {
      // Whoever opens reports it.
      setDeadline(loop.preciseNow + DiskLimits.openingInterval)
    }
  }

  private func confirm(_ store: DiskStore) {
    confirmsAt = .never
    do {
      try store.index.environment.confirm()
    } catch {
      store.noteWriteFault(.index(error))
    }
  }
}

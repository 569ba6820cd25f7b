// The one place where a task waits.

package import Primitives

/// Where one task waits for events of its loop: a condition variable of one waiter.
///
/// The task checks its condition, parks, and checks again; `wake` may come before `park` and is not
/// lost. Whoever parks here must be on the lane that the parker was made for.
@safe package final class Parker: LoopWork, @unchecked Sendable {
  // Confined to its loop.
  /// Why `park` returned.
  package enum Outcome: Sendable { case woken, timedOut, cancelled }

  /// Whether the wait is pointless, because nobody wants the result any more.
  package private(set) var isCancelled = false
  private var continuation: UnsafeContinuation<Void, Never>?
  /// The task's next step, which waits for this parker's turn.
  private var job: UnsafeMutableRawPointer?
  private var isRunning = false
  private var isSignalled = false
  private var hasTimedOut = false

  package override init(on lane: Lane) {
    unsafe continuation = nil
    unsafe job = nil
    super.init(on: lane)
  }

  deinit {
    precondition(
      unsafe continuation == nil && job == nil, "a task is parked here and can't be resumed")
  }

  /// Suspends until `wake`, `cancel` or `deadline`. Returns at once when it was woken meanwhile, or
  /// is cancelled.
  package func park(until deadline: Instant = .never) async -> Outcome {
    precondition(unsafe continuation == nil, "one task waits here at a time")
    if isCancelled { return .cancelled }
    if isSignalled {
      isSignalled = false
      return .woken
    }
    hasTimedOut = false
    if deadline != .never { setDeadline(deadline) }
    // Safe: resumed exactly once, here or by `resume`. The task may have been suspended once more on
    // its way into the closure (a hop to its executor), so what came meanwhile is looked at again.
    await unsafe withUnsafeContinuation { waiting in
      if isSignalled || isCancelled || hasTimedOut {
        unsafe waiting.resume()
      } else {
        unsafe continuation = waiting
      }
    }
    if deadline != .never { setDeadline(.never) }
    isSignalled = false
    return isCancelled ? .cancelled : hasTimedOut ? .timedOut : .woken
  }

  /// Lets the waiting task check its condition again.
  package func wake() {
    isSignalled = true
    resume()
  }

  /// Wakes the task for good: every `park` from now on returns at once.
  package func cancel() {
    isCancelled = true
    resume()
  }

  /// Makes a cancelled or signalled parker usable again, for the next task.
  package func reset() {
    precondition(unsafe continuation == nil)
    isCancelled = false
    isSignalled = false
    setDeadline(.never)
  }

  /// Gives the other work of this lane and of other lanes their turn.
  package func yield() async {
    isSignalled = false
    enqueue()
    _ = await park()
  }

  /// Runs the task's next step: as this parker's work, it counts as its flow's.
  package override func run() {
    if unsafe job == nil {
      isRunning = true
      wake()
      isRunning = false
    }
    guard let step = unsafe job else { return }
    unsafe job = nil
    unsafe lane.run(step)
  }

  /// Takes the step of the task that was resumed.
  func take(_ step: UnsafeMutableRawPointer) {
    precondition(unsafe job == nil, "one task waits here at a time")
    unsafe job = step
    if !isRunning { enqueue() }
  }

  package override func deadlineReached() {
    hasTimedOut = true
    resume()
  }

  private func resume() {
    guard let waiting = unsafe continuation else { return }
    unsafe continuation = nil
    loop.resume(of: self) { unsafe waiting.resume() }
  }
}

// What a lane can run besides the jobs of Swift tasks, and what a timer can wait for.

package import Primitives

/// Something that a loop runs on a lane, with one deadline of its own.
///
/// Confined to its loop: every member is for the loop's thread only. Subclasses override `run` and
/// `deadlineReached`. The queue keeps a queued object alive; the timer wheel does not.
@safe open class LoopWork {
  /// A plain reference, though loops outlive everything: the getter of an unowned one counts it at each use.
  package final let loop: EventLoop
  /// The lane that is charged for `run`. Changing it takes effect at the next `enqueue`.
  package final var lane: Lane
  package final private(set) var isQueued = false
  /// CPU used lately, for the order of work within a lane.
  final var use = FlowUse()

  // The timer wheel's links.
  final var timerPrevious: Unmanaged<LoopWork>?
  final var timerNext: Unmanaged<LoopWork>?
  final var timerSlot: Int32 = -1
  package final internal(set) var deadline = Instant.never

  /// Work for `lane`, not queued yet.
  package init(on lane: Lane) {
    loop = lane.loop
    self.lane = lane
    unsafe timerPrevious = nil
    unsafe timerNext = nil
  }

  deinit {
    if timerSlot >= 0 {
      assert(EventLoop.isCurrent(loop), "\(type(of: self)) ended off its loop, with a deadline")
      loop.timers.remove(self)
    }
  }

  /// Does what there is to do; called on `lane`'s turn.
  open func run() {}

  /// Called on the loop when `deadline` has passed; by default the work is queued on its lane.
  open func deadlineReached() { enqueue() }

  /// Makes this work part of `flow`: it begins with the CPU that `flow` used lately.
  package final func join(_ flow: LoopWork) { use = flow.use }

  /// Ends what `join` began: `flow` has used at least what this work has.
  package final func leave(_ flow: LoopWork) {
    if use.units > flow.use.units { flow.use = use }
  }

  /// Queues this work on its lane, once.
  package final func enqueue() {
    guard !isQueued else { return }
    isQueued = true
    lane.push(self)
  }

  /// Sets the instant at which `deadlineReached` is called; `never` cancels.
  package final func setDeadline(_ instant: Instant) {
    loop.timers.schedule(self, at: instant)
  }

  final func runNow() {
    isQueued = false
    run()
  }
}

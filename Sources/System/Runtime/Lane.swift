// The run queue of one tenant on one loop.

import CLinux

/// The run queue of one tenant (or of the system) on one loop, and the serial executor of that
/// tenant's actors there.
///
/// The loop serves its ready lanes by deficit round robin in CPU time. Everything but `enqueue` of
/// a job, `post` and `start` is for the loop's thread.
@safe package final class Lane: SerialExecutor, @unchecked Sendable {
  // Confined to its loop; jobs from other threads come through the loop's inbox.
  package let loop: EventLoop
  package let name: String
  /// Shares of the CPU relative to other lanes; 1 is the usual.
  package var weight: UInt32
  package var ledger = LaneLedger()
  let role: Role

  var queue = LaneQueue()
  /// Ticks that the lane may still use in this round; negative is debt.
  var deficit: Int64 = 0
  var list = List.idle
  var next: Unmanaged<Lane>?
  /// When the lane became ready or, while it is idle, when it became idle.
  var readyTicks: UInt64 = 0
  /// The last piece of shared work (`EventLoop.beginShared`) that it paid a part of.
  var sharedWork: UInt64 = 0
  /// Ready, and not served since.
  var awaitsTurn = false
  private var tasks: LaneTasks?

  /// Whose work it is: a tenant's, or what all tenants depend on.
  enum Role: UInt8 { case tenant, system, arrival }

  /// Which of the scheduler's lists the lane is in.
  enum List: UInt8 { case idle, sparse, bulk }

  package convenience init(loop: EventLoop, name: String, weight: UInt32 = 1) {
    self.init(loop: loop, name: name, weight: weight, role: .tenant)
  }

  init(loop: EventLoop, name: String, weight: UInt32, role: Role) {
    self.loop = loop
    self.name = name
    self.weight = weight
    self.role = role
    unsafe next = nil
  }

  /// Puts a job of Swift's behind the lane's other work. From any thread.
  package func enqueue(_ job: consuming ExecutorJob) {
    // Safe: a job is a pointer that stays valid until it is run, which happens once.
    let pointer = unsafe unsafeBitCast(UnownedJob(job), to: UnsafeMutableRawPointer.self)
    if EventLoop.isCurrent(loop) {
      unsafe push(job: pointer)
    } else {
      unsafe loop.inbox.push(job: pointer, lane: self)
    }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    unsafe UnownedSerialExecutor(ordinary: self)
  }

  /// This lane for the `unownedExecutor` of an actor.
  // Safe: an actor that runs here keeps its lane, directly or through its state.
  @safe package var executor: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

  /// Starts a task whose every step runs on this lane. From any thread.
  ///
  /// Give a closure without a capture list, such as `{ await self.run() }`: with one the compiler
  /// (6.3.1) lets it lose the lane, and every `await` in it hops.
  package func start(_ operation: @escaping @Sendable () async -> Void) {
    guard EventLoop.isCurrent(loop) else {
      post { [self] in start(operation) }
      return
    }
    let tasks = self.tasks ?? LaneTasks(lane: self)
    self.tasks = tasks
    loop.taskCount += 1
    loop.route(to: self) {
      Task {
        await tasks.run(operation)
        withExtendedLifetime(self) {}
      }
    }
  }

  /// Runs `body` on this lane's turn. From any thread.
  package func post(_ body: @escaping @Sendable () -> Void) {
    loop.inbox.push(ClosureWork(on: self, running: body))
  }

  /// Whether the lane has no work waiting and may use the CPU at once: it has credit, or nobody waits.
  package var isIdleInCredit: Bool {
    guard queue.isEmpty else { return false }
    loop.scheduler.renewCredit(of: self, now: loop.chargedSince)
    return deficit > 0
  }

  func push(_ work: LoopWork) {
    queue.push(work, period: loop.period)
    if list == .idle { loop.scheduler.activate(self) }
  }

  /// Runs a job that was enqueued here, once.
  func run(_ job: UnsafeMutableRawPointer) {
    // Safe: a job is a pointer that stays valid until it is run.
    unsafe unsafeBitCast(job, to: UnownedJob.self).runSynchronously(
      on: asUnownedSerialExecutor())
  }

  func push(job: UnsafeMutableRawPointer) {
    unsafe queue.push(job: job)
    if list == .idle { loop.scheduler.activate(self) }
  }
}

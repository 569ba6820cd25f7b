// The run queue of one tenant on one loop.

import CLinux
import Synchronization

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
  /// Served as a tenant's lane, and no tenant's: who waits for it waits for the system.
  package let isCommon: Bool

  var queue = LaneQueue()
  /// Ticks that the lane may still use in this round; negative is debt.
  var deficit: Int64 = 0
  var list = List.idle
  var next: Unmanaged<Lane>?
  /// Since when its work has waited for a turn or, while it is idle, when it became idle.
  var readyTicks: UInt64 = 0
  var wait = Wait.nothing
  /// Why it waited lately; nil if it did not.
  private var waits: LaneWaits?
  /// How many spans of the loop's history are the lane's.
  var spans = 0
  /// Tells lanes apart, also those that have ended.
  let number: UInt64
  /// What it used within others' turns since its own last one.
  var borrowedTicks: Int64 = 0
  /// The last piece of shared work (`EventLoop.beginShared`) that it paid a part of.
  var sharedWork: UInt64 = 0
  private var tasks: LaneTasks?

  /// Whose work it is: a tenant's, or what all tenants depend on.
  enum Role: UInt8 { case tenant, system, arrival }

  /// Which of the scheduler's lists the lane is in.
  enum List: UInt8 { case idle, sparse, bulk }

  /// What waits for a turn: nothing, work that came while the lane was idle, or work that came later.
  enum Wait: UInt8 { case nothing, first, further }

  private static let numbers = Atomic<UInt64>(1)

  /// A lane that is served as a tenant's; `isCommon` if it is nobody's own.
  package convenience init(
    loop: EventLoop, name: String, weight: UInt32 = 1, isCommon: Bool = false
  ) {
    self.init(loop: loop, name: name, weight: weight, role: .tenant, isCommon: isCommon)
  }

  init(loop: EventLoop, name: String, weight: UInt32, role: Role, isCommon: Bool = false) {
    self.loop = loop
    self.name = name
    self.weight = weight
    self.role = role
    self.isCommon = isCommon
    number = Self.numbers.add(1, ordering: .relaxed).oldValue
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
    if wait == .nothing { becomeReady() }
  }

  /// Runs a job that was enqueued here, once.
  func run(_ job: UnsafeMutableRawPointer) {
    // Safe: a job is a pointer that stays valid until it is run.
    unsafe unsafeBitCast(job, to: UnownedJob.self).runSynchronously(
      on: asUnownedSerialExecutor())
  }

  func push(job: UnsafeMutableRawPointer) {
    unsafe queue.push(job: job)
    if wait == .nothing { becomeReady() }
  }

  private func becomeReady() {
    if list == .idle {
      loop.scheduler.activate(self)
    } else {
      // It is listed still. The counter is not read for that: work came after the last that was.
      readyTicks = max(loop.nowTicks, loop.chargedSince)
      wait = .further
    }
  }

  /// Who kept the lane waiting in the last minute; nil if it did not wait. On the loop.
  package func waitReading() -> WaitReading? {
    let reading = waits?.reading(at: loop.now)
    if reading == nil { waits = nil }
    return reading
  }

  /// The tallies, made with the first wait.
  var madeWaits: LaneWaits {
    if let waits { return waits }
    let made = LaneWaits()
    waits = made
    return made
  }
}

// One thread on one core, one epoll instance, one scheduler of lanes.

package import Primitives
import CLinux
import Synchronization

/// The runtime of one core: collects events, runs lanes fairly, keeps deadlines.
///
/// Confined to its own thread except for `perform`, `Lane.post`, `Lane.start` and `stop`, which may
/// be called from any thread. Loops are made once and live until the process ends.
@safe package final class EventLoop: @unchecked Sendable {
  // Confined to its thread; other threads reach it through `inbox` only.
  package let name: String
  package let index: Int
  /// The core that the loop is pinned to; nil lets the kernel choose.
  package let cpu: Int32?

  /// The time at which this round of the loop began.
  package internal(set) var now: Instant
  /// The counter when `now` was read.
  var nowTicks: UInt64
  /// The period of `now` in which flows' use is counted.
  var period: UInt16 = 0
  /// The time now, not when the round began.
  package var preciseNow: Instant {
    now.advanced(byNanoseconds: clock.nanoseconds(CPUClock.now &- nowTicks))
  }
  /// The same of the loop whose thread this is: no reference to it is counted.
  package static var preciseNow: Instant {
    // Safe: as in `current`.
    guard let pointer = unsafe skerry_current() else { return SystemClock.monotonic }
    return unsafe Unmanaged<EventLoop>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
      $0.preciseNow
    }
  }
  /// The wall clock, at most 50 ms old.
  package internal(set) var wallTime: WallTime
  /// Long jobs seen lately, oldest first.
  package internal(set) var longJobs: [LongJob] = []
  package internal(set) var longJobCount: UInt64 = 0
  /// Tasks that were started here and have not ended.
  package internal(set) var taskCount = 0

  /// The shared buffer for responses being written in this piece of work. Users leave it empty.
  package var output: [UInt8] = []
  /// The same for requests to origins, which are written while responses are gathered.
  package var requestOutput: [UInt8] = []
  /// For short bodies that came with the head of their response.
  package var spareBlock = SpareBlock()

  /// The buffers for datagrams, made when a socket first receives some.
  package private(set) lazy var datagrams = DatagramBatch()

  let inbox: LoopInbox
  let epoll: Int32
  var scheduler: LaneScheduler
  var timers: TimerWheel
  /// The lane that is charged for what runs now, or for what ran last until the lanes have had their turns.
  package var chargedLane: Lane? { unsafe payer?.takeUnretainedValue() }
  /// The same, counted by hand where it changes (`pay`): the compiler counts at each look.
  private(set) var payer: Unmanaged<Lane>?
  var chargedSince: UInt64 = 0
  /// All ticks that were charged: what a piece of work took is a difference.
  var spentTicks: UInt64 = 0
  var history = TurnHistory()
  /// Another one in each piece of work.
  package var workMark: UInt64 { spentTicks }
  /// Where the history goes on, and `spentTicks` there.
  var spanSince: UInt64 = 0
  var spanSpent: UInt64 = 0
  /// Before this no wait is explained: looking back has taken its share of the time.
  var explainableSince: UInt64 = 0
  /// Pieces of work that were done for several, and how many tenants paid for the one that runs.
  private var sharedWork: UInt64 = 0
  private var sharedPayers = 0
  var audit = ChargeAudit(ticks: 0, cpuNanoseconds: 0)
  /// Where jobs go that Swift enqueues on the global executor meanwhile: the lane of a new task,
  /// or the place where the task waited.
  var routeTarget: Lane?
  var resumedParker: Parker?
  /// Channels closed in this round; events already collected may still name them.
  var retired: [Channel] = []
  var isStopping = false
  var wallRead: Instant
  let input: UnsafeMutableRawBufferPointer
  /// The CPU clock of the loop's thread, 0 until it runs.
  let threadClock = Atomic<Int32>(0)
  let clock: CPUClock
  let ticks: LoopTicks
  /// The time of a simulated world; nil: the system's.
  package let virtualTime: VirtualTime?
  /// The lane of work that belongs to no tenant; kept for the life of the loop.
  private(set) var system: Unmanaged<Lane>?
  private var arrivals: [Lane?]

  /// A loop of that name and place among others; with a time of its own if its world is simulated.
  package init(
    name: String, index: Int, cpu: Int32? = nil, virtualTime: VirtualTime? = nil
  ) throws(RuntimeError) {
    self.name = name
    self.index = index
    self.cpu = cpu
    self.virtualTime = virtualTime
    clock = virtualTime == nil ? .shared : .virtual
    ticks = LoopTicks(clock)
    inbox = try LoopInbox()
    let epoll = skerry_epoll_create()
    guard epoll >= 0 else {
      throw RuntimeError("create", "an epoll instance", result: Int(epoll))
    }
    self.epoll = epoll
    let now = virtualTime?.now ?? SystemClock.monotonic
    self.now = now
    nowTicks = virtualTime?.now.nanoseconds ?? CPUClock.now
    wallRead = now
    wallTime = virtualTime?.wallTime ?? SystemClock.wall
    scheduler = LaneScheduler(clock: clock)
    timers = TimerWheel(now: now)
    unsafe input = .allocate(byteCount: RuntimeLimits.inputBytes, alignment: 64)
    arrivals = Array(repeating: nil, count: RuntimeLimits.arrivalLanes)
    output.reserveCapacity(RuntimeLimits.outputBytes)
    unsafe payer = nil
    unsafe system = Unmanaged.passRetained(
      Lane(loop: self, name: "system", weight: 4, role: .system))
  }

  // Only a loop that was never started dies: a running one is kept by its thread.
  deinit {
    skerry_close(epoll)
    // Safe: owned by this object alone.
    unsafe input.deallocate()
  }

  /// The lane of work that belongs to no tenant (accepting, applying configuration).
  package var systemLane: Lane {
    guard let system = unsafe system else { preconditionFailure("set by init") }
    return unsafe system.takeUnretainedValue()
  }

  /// The lane for work before the tenant is known, shared by sources whose prefixes hash alike.
  package func arrivalLane(for address: SocketAddress) -> Lane {
    let slot = Int(truncatingIfNeeded: address.prefixHash) & (RuntimeLimits.arrivalLanes - 1)
    if let lane = arrivals[slot] { return lane }
    let lane = Lane(loop: self, name: "arrival-\(slot)", weight: 1, role: .arrival)
    arrivals[slot] = lane
    return lane
  }

  /// System and arrival lanes, for the ledger.
  package var systemLanes: [Lane] { [systemLane] + arrivals.compactMap { $0 } }

  /// CPU time that the loop's thread has used, whatever was charged. From any thread.
  package var threadCPUNanoseconds: UInt64 {
    let clock = threadClock.load(ordering: .acquiring)
    return clock == 0 ? 0 : skerry_clock_nanoseconds(clock)
  }

  /// The loop whose thread this is; nil on other threads.
  package static var current: EventLoop? {
    // Safe: set for the life of the loop's thread, and loops are never freed.
    guard let pointer = unsafe skerry_current() else { return nil }
    return unsafe Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Whether this is the thread of `loop`: the check that guards synchronous calls.
  @inline(__always) package static func isCurrent(_ loop: EventLoop) -> Bool {
    // Safe: only identities are compared.
    unsafe skerry_current() == Unmanaged.passUnretained(loop).toOpaque()
  }

  /// Runs `body` on this loop's system lane and returns its result. From a task on any loop.
  package func perform<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    guard let caller = EventLoop.current else {
      preconditionFailure("perform is for tasks on loops")
    }
    let lane = caller.chargedLane ?? caller.systemLane
    let box = ResultBox<Result>(on: lane)
    systemLane.post {
      box.value = body()
      lane.post { box.arrive() }
    }
    // The value is not looked at until the message has come: the other thread may be writing it.
    while !box.hasArrived { _ = await box.parker.park() }
    guard let value = box.value else { preconditionFailure("written before the message was sent") }
    return value
  }

  /// The first `count` bytes of the shared receive buffer, valid until the next receive.
  package func withInput<Result, E: Error>(
    _ count: Int, _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    precondition(count <= RuntimeLimits.inputBytes)
    // Safe: the buffer lives as long as the loop, and only `Channel.receive` writes to it.
    let bytes = unsafe UnsafeBufferPointer(
      start: input.baseAddress?.assumingMemoryBound(to: UInt8.self), count: count)
    return try body(unsafe Span(_unsafeElements: bytes))
  }

  /// Makes `lane` pay for what follows in this piece of work.
  package func charge(_ lane: Lane) {
    guard !pays(lane) else { return }
    settle()
    endSpan(of: chargedLane)
    pay(lane)
  }

  /// Whether `lane` is the one that is charged.
  @inline(__always) func pays(_ lane: Lane) -> Bool {
    // Safe: only identities are compared.
    unsafe payer?.toOpaque() == Unmanaged.passUnretained(lane).toOpaque()
  }

  /// Makes `lane`, or nobody, the one that is charged.
  func pay(_ lane: Lane?) {
    let before = unsafe payer
    unsafe payer = lane.map { unsafe Unmanaged.passRetained($0) }
    // Safe: balances the retaining of the call that made it pay.
    unsafe before?.release()
  }

  /// Makes `lane` pay for what follows, and for what was done since the last settlement.
  func chargeUnsettled(_ lane: Lane) {
    if !pays(lane) { endSpan(of: chargedLane) }
    pay(lane)
  }

  /// What was done since the last charge, as one of `count` equal parts: in ticks that the charged
  /// lane has paid. For work that is done for many at once.
  func share(among count: Int) -> UInt64 {
    let payer = chargedLane ?? systemLane
    let before = payer.ledger.ticks
    settle()
    return (payer.ledger.ticks - before) / UInt64(max(1, count))
  }

  /// Moves `ticks` that `payer` has just paid to `lane`, for which they were spent.
  func move(_ ticks: UInt64, from payer: Lane, to lane: Lane) {
    guard payer !== lane else { return }
    let moved = min(ticks, payer.ledger.ticks)
    payer.ledger.ticks -= moved
    payer.deficit += Int64(truncatingIfNeeded: moved)
    lane.ledger.ticks += moved
    lane.deficit -= Int64(truncatingIfNeeded: moved)
    guard lane.sharedWork != sharedWork else { return }
    lane.sharedWork = sharedWork
    if lane.role == .tenant { sharedPayers += 1 }
  }

  /// What a piece of work of `lane` began with, for `endShared`. Just after `settle`.
  func beginShared(_ lane: Lane) -> (deficit: Int64, ticks: UInt64) {
    sharedWork += 1
    sharedPayers = 0
    return (lane.deficit, spentTicks)
  }

  /// Makes a piece of work that others paid for count for the turn of `lane`, whose it was. What was
  /// moved away would else leave it in credit, and so first in its list, batch after batch, while all
  /// other lanes wait. What several tenants paid for counts as what one of them did: each would have had
  /// a turn of its own. Just after `settle`.
  func endShared(_ begin: (deficit: Int64, ticks: UInt64), _ lane: Lane) {
    let turns = min(max(1, sharedPayers), RuntimeLimits.tenantsPerSharedTurn)
    let taken = Int64(truncatingIfNeeded: spentTicks - begin.ticks) / Int64(turns)
    lane.deficit = min(lane.deficit, begin.deficit - taken)
  }

  /// Jobs that Swift enqueues during `body` go to `lane`.
  func route(to lane: Lane, _ body: () -> Void) {
    let before = routeTarget
    routeTarget = lane
    body()
    routeTarget = before
  }

  /// The job that Swift enqueues during `body` is the next step of the task that waits at `parker`.
  func resume(of parker: Parker, _ body: () -> Void) {
    resumedParker = parker
    body()
    resumedParker = nil
  }

  /// Queues a job of Swift's that was enqueued on no lane.
  func push(job: UnsafeMutableRawPointer) {
    if let parker = resumedParker {
      unsafe parker.take(job)
    } else {
      unsafe (routeTarget ?? chargedLane ?? systemLane).push(job: job)
    }
  }
}

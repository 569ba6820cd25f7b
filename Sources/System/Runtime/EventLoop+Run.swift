// The loop itself.

import CLinux
import Primitives

extension EventLoop {
  /// Starts the loop's thread, at `nice` (0 is the usual priority).
  package func start(nice: Int32 = 0) throws(RuntimeError) {
    let start = ThreadStart(loop: self, nice: nice)
    // Safe: the reference is consumed once, by the thread.
    let context = unsafe Unmanaged.passRetained(start).toOpaque()
    let result = unsafe skerry_thread_start(
      name,
      { context in
        guard let context = unsafe context else { return }
        let start = unsafe Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
        start.loop.run(nice: start.nice)
      }, context)
    guard result >= 0 else {
      unsafe Unmanaged<ThreadStart>.fromOpaque(context).release()
      throw RuntimeError("start", "thread \(name)", result: Int(result))
    }
  }

  /// Ends the loop after the work that is queued. From any thread.
  package func stop() { systemLane.post { [self] in isStopping = true } }

  /// Runs the loop on the calling thread until `stop`.
  package func run() { run(nice: 0) }

  private func run(nice: Int32) {
    if let cpu { skerry_thread_pin(cpu) }
    if nice != 0 { skerry_thread_nice(nice) }
    unsafe skerry_set_current(Unmanaged.passUnretained(self).toOpaque())
    skerry_epoll_add(epoll, inbox.descriptor, nil)
    chargedSince = CPUClock.now
    unsafe withUnsafeTemporaryAllocation(
      of: skerry_event.self, capacity: RuntimeLimits.eventsPerPoll
    ) { events in
      while !isStopping {
        inbox.drain()
        runLanes()
        unsafe poll(events)
        runTimers()
        retired.removeAll(keepingCapacity: true)
      }
    }
    skerry_set_current(nil)
  }

  /// Serves ready lanes until none is left or it is time to look at epoll again.
  private func runLanes() {
    guard !scheduler.isEmpty else { return }
    let start = CPUClock.now
    let poll = Self.pollTicks
    settle(systemLane, at: start)
    while let lane = scheduler.nextLane() {
      if lane.awaitsTurn {
        lane.awaitsTurn = false
        lane.ledger.waitTicks += start > lane.readyTicks ? start - lane.readyTicks : 0
      }
      serve(lane, until: start &+ poll)
      scheduler.endTurn(lane)
      if chargedSince &- start > poll { break }
    }
  }

  private func serve(_ lane: Lane, until end: UInt64) {
    repeat {
      guard let item = lane.queue.pop() else { return }
      chargedLane = lane
      let before = chargedSince
      switch item {
      case .work(let work): work.runNow()
      case .job(let job):
        // Safe: the pointer is a job that was enqueued here and is run once.
        unsafe unsafeBitCast(job, to: UnownedJob.self).runSynchronously(
          on: lane.asUnownedSerialExecutor())
      }
      settle()
      chargedLane = nil
      let spent = chargedSince &- before
      lane.ledger.jobs += 1
      if spent > lane.ledger.longestTicks { lane.ledger.longestTicks = spent }
      if spent > Self.watchdogTicks { report(lane, spent) }
    } while lane.deficit > 0 && chargedSince < end
  }

  /// Charges the ticks since the last settlement to the charged lane.
  func settle() { settle(chargedLane ?? systemLane, at: CPUClock.now) }

  private func settle(_ lane: Lane, at now: UInt64) {
    let spent = now &- chargedSince
    lane.deficit -= Int64(truncatingIfNeeded: spent)
    lane.ledger.ticks += spent
    chargedSince = now
  }

  private func report(_ lane: Lane, _ ticks: UInt64) {
    if longJobs.count == RuntimeLimits.watchdogEntries { longJobs.removeFirst() }
    longJobs.append(LongJob(lane: lane.name, nanoseconds: CPUClock.shared.nanoseconds(ticks)))
    longJobCount += 1
  }

  private func poll(_ events: UnsafeMutableBufferPointer<skerry_event>) {
    var timeout: Int64 = 0
    var sleeps = false
    if scheduler.isEmpty && !isStopping && inbox.prepareToSleep() {
      timeout = timers.nanosecondsToNext(now: SystemClock.monotonic).map(Int64.init) ?? -1
      sleeps = timeout != 0
    }
    let count = unsafe skerry_epoll_wait(
      epoll, events.baseAddress, Int32(events.count), timeout)
    inbox.awake()
    if sleeps { leaveSleep() }
    now = SystemClock.monotonic
    nowTicks = CPUClock.now
    if now.nanoseconds(since: wallRead) > 50_000_000 {
      wallRead = now
      wallTime = SystemClock.wall
    }
    for index in 0..<max(0, Int(count)) {
      let event = unsafe events[index]
      guard let owner = unsafe event.owner else {
        inbox.clearSignal()
        continue
      }
      // Safe: a registered channel is alive; a closed one is in `retired` until the round ends.
      unsafe Unmanaged<Channel>.fromOpaque(owner)._withUnsafeGuaranteedRef {
        $0.readinessCame(unsafe event.readiness)
      }
    }
  }

  /// Time asleep is nobody's: the next charge begins here.
  private func leaveSleep() { chargedSince = CPUClock.now }

  private func runTimers() {
    while let work = timers.popExpired(now: now) { work.deadlineReached() }
  }

  private static let pollTicks = CPUClock.shared.ticks(RuntimeLimits.pollIntervalNanoseconds)
  private static let watchdogTicks = CPUClock.shared.ticks(RuntimeLimits.watchdogNanoseconds)
}

/// What a new thread is told.
private final class ThreadStart {
  let loop: EventLoop
  let nice: Int32

  init(loop: EventLoop, nice: Int32) {
    self.loop = loop
    self.nice = nice
  }
}

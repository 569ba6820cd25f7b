// The loop itself.

import CLinux
import Primitives
import Synchronization

extension EventLoop {
  /// Starts the loop's thread.
  package func start() throws(RuntimeError) {
    // Safe: loops live until the process ends (see the type).
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    let result = unsafe skerry_thread_start(
      name, cpu ?? -1,
      { context in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue().run()
      }, context)
    guard result >= 0 else {
      unsafe Unmanaged<EventLoop>.fromOpaque(context).release()
      throw RuntimeError("start", "thread \(name)", result: Int(result))
    }
  }

  /// Ends the loop after the work that is queued. From any thread.
  package func stop() { systemLane.post { [self] in isStopping = true } }

  /// Runs the loop on the calling thread until `stop`.
  package func run() {
    unsafe skerry_set_current(Unmanaged.passUnretained(self).toOpaque())
    virtualTime?.rule()
    skerry_epoll_add(epoll, inbox.descriptor, nil)
    threadClock.store(skerry_thread_clock(), ordering: .releasing)
    chargedSince = CPUClock.now
    audit = ChargeAudit(
      ticks: chargedSince, cpuNanoseconds: skerry_thread_cpu_nanoseconds())
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
    settleOwn(at: start)
    beginSpan()
    while let lane = unsafe scheduler.nextLane() {
      // Safe: it is listed until its turn has ended.
      unsafe lane._withUnsafeGuaranteedRef { giveTurn($0, until: start &+ ticks.poll) }
      if chargedSince &- start > ticks.poll { break }
    }
    pay(nil)
  }

  private func giveTurn(_ lane: Lane, until end: UInt64) {
    let begin = chargedSince
    let before = spentTicks
    beginTurn(lane)
    serve(lane, until: end)
    endTurn(lane, from: begin, spent: spentTicks &- before)
    scheduler.endTurn(lane)
  }

  private func serve(_ lane: Lane, until end: UInt64) {
    repeat {
      guard let item = lane.queue.pop(lightTicksAtMost: ticks.lightWork) else { return }
      if !pays(lane) { pay(lane) }
      let before = spentTicks
      switch item {
      case .work(let reference):
        // Safe: the queue's reference, which is given back here.
        unsafe reference._withUnsafeGuaranteedRef { work in
          work.runNow()
          finish(lane, work, since: before)
        }
        unsafe reference.release()
      case .job(let job):
        unsafe lane.run(job)
        finish(lane, nil, since: before)
      }
    } while lane.deficit > 0 && chargedSince < end
  }

  /// Counts a piece of work of `lane` that has just been done; `flow` is whose it was, nil for a job, and
  /// `before` what was charged until it began.
  @inline(__always)
  private func finish(_ lane: Lane, _ flow: LoopWork?, since before: UInt64) {
    if pays(lane) {
      settle(lane, at: CPUClock.now)
    } else {
      settle()
      endSpan(of: chargedLane)
    }
    let spent = spentTicks &- before
    lane.queue.charge(flow, ticks: spent, period: period)
    lane.ledger.jobs += 1
    if spent > lane.ledger.longestTicks { lane.ledger.longestTicks = spent }
    if spent > ticks.watchdog { report(lane, spent) }
  }

  /// Charges the ticks since the last settlement to the charged lane.
  func settle() {
    let now = CPUClock.now
    guard let payer = unsafe payer else { return settleOwn(at: now) }
    // Safe: nobody else begins to pay meanwhile.
    unsafe payer._withUnsafeGuaranteedRef { settle($0, at: now) }
  }

  @inline(__always)
  private func settle(_ lane: Lane, at now: UInt64) {
    let spent = ticksSpent(until: now)
    lane.deficit -= Int64(truncatingIfNeeded: spent)
    lane.ledger.ticks += spent
  }

  /// What the loop itself takes between turns is the system's in the ledger only: with it as a debt,
  /// collecting what comes for busy tenants would leave new connections without a turn for ever.
  private func settleOwn(at now: UInt64) {
    let spent = ticksSpent(until: now)
    // Safe: kept for the life of the loop.
    unsafe system?._withUnsafeGuaranteedRef { $0.ledger.ticks += spent }
  }

  /// The ticks from the last settlement to this one, at `now`.
  @inline(__always)
  private func ticksSpent(until now: UInt64) -> UInt64 {
    var spent = now &- chargedSince
    chargedSince = now
    let isSuspicious = spent > ticks.suspicion
    if isSuspicious { checkCharges() }
    if audit.excessTicks > 0 { spent = audit.corrected(spent, isChecked: isSuspicious) }
    spentTicks &+= spent
    return spent
  }

  /// Makes the ledgers of the loop's lanes add up to its thread's CPU time. On the loop.
  package func settleCharges() {
    settle()
    checkCharges()
  }

  /// Compares what was charged with the thread's CPU time. What nobody was charged for is the
  /// system's: falling asleep and waking.
  func checkCharges() {
    systemLane.ledger.ticks += audit.check(
      ticks: chargedSince, cpuNanoseconds: skerry_thread_cpu_nanoseconds(), clock: clock)
  }

  private func report(_ lane: Lane, _ spent: UInt64) {
    if longJobs.count == RuntimeLimits.watchdogEntries { longJobs.removeFirst() }
    longJobs.append(LongJob(lane: lane.name, nanoseconds: clock.nanoseconds(spent)))
    longJobCount += 1
  }

  private func poll(_ events: UnsafeMutableBufferPointer<skerry_event>) {
    var timeout: Int64 = 0
    var sleeps = false
    if scheduler.isEmpty && !isStopping && inbox.prepareToSleep() {
      timeout = timers.nanosecondsToNext(now: SystemClock.monotonic).map(Int64.init) ?? -1
      sleeps = timeout != 0
      if let virtualTime { timeout = skip(timeout, virtualTime) }
    }
    let count = unsafe skerry_epoll_wait(
      epoll, events.baseAddress, Int32(events.count), timeout)
    inbox.awake()
    if sleeps { leaveSleep() }
    now = SystemClock.monotonic
    nowTicks = CPUClock.now
    period = FlowUse.period(atNanoseconds: now.nanoseconds)
    if nowTicks &- audit.lastCheckTicks > ticks.audit { settleCharges() }
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
  private func leaveSleep() {
    let now = CPUClock.now
    audit.rest(ticks: now &- chargedSince)
    chargedSince = now
  }

  /// Instead of sleeping for `timeout`, time jumps: how long to sleep after all, which is for ever if nothing
  /// is to happen.
  private func skip(_ timeout: Int64, _ time: VirtualTime) -> Int64 {
    let timer = timeout < 0 ? nil : time.now.advanced(byNanoseconds: UInt64(timeout))
    guard let next = [timer, time.next].compactMap({ $0 }).min() else { return -1 }
    time.advance(to: next)
    return 0
  }

  private func runTimers() {
    virtualTime?.runEvents()
    while let work = timers.popExpired(now: now) { work.deadlineReached() }
  }
}

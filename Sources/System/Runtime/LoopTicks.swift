// The loop's bounds as the counter has them.

/// Times of `RuntimeLimits` in ticks of the counter. The loop stores them: a static one is asked at each use
/// whether it has been made.
struct LoopTicks {
  let poll: UInt64
  let audit: UInt64
  let suspicion: UInt64
  let watchdog: UInt64
  let notedWait: UInt64
  let spanLook: UInt64
  let lightWork: UInt64

  init(_ clock: CPUClock) {
    poll = clock.ticks(RuntimeLimits.pollIntervalNanoseconds)
    audit = clock.ticks(RuntimeLimits.auditNanoseconds)
    suspicion = clock.ticks(RuntimeLimits.suspicionNanoseconds)
    watchdog = clock.ticks(RuntimeLimits.watchdogNanoseconds)
    notedWait = clock.ticks(RuntimeLimits.notedWaitNanoseconds)
    spanLook = clock.ticks(RuntimeLimits.spanLookNanoseconds)
    lightWork = clock.ticks(RuntimeLimits.lightWorkNanoseconds)
  }
}

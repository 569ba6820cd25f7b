// The work of one lane: flows that used little lately go first.

/// The queue of one lane, in two classes as in FQ-CoDel (RFC 8290): work of light flows goes before
/// the rest, which is served in turn. A flow is light if it uses less than half of what is usual in
/// this lane, or if its pieces of work are half as long and it uses no more than twice as much.
///
/// A flow is one `LoopWork`: a connection, or the place where a task waits. Jobs that belong to no
/// flow are the first steps of tasks, and go first. Where all flows are alike, this is a FIFO.
@safe struct LaneQueue: ~Copyable {
  private var light = WorkQueue()
  private var bulk = WorkQueue()
  /// What the flows use that the CPU is spent on, on average.
  private var usual = FlowUse()
  /// Ticks of light work since bulk work had its last turn.
  private var lightTicks: UInt64 = 0
  private var servesBulk = false

  var isEmpty: Bool { light.isEmpty && bulk.isEmpty }

  /// Puts `work` into its class; `period` is the present one (`FlowUse`).
  mutating func push(_ work: LoopWork, period: UInt16) {
    usual.age(to: period)
    work.use.age(to: period)
    if work.use.isLight(among: usual) { light.push(work) } else { bulk.push(work) }
  }

  mutating func push(job: UnsafeMutableRawPointer) { unsafe light.push(job: job) }

  /// What goes first; after so many ticks of light work, bulk work that waits.
  mutating func pop(lightTicksAtMost limit: UInt64) -> WorkQueue.Item? {
    servesBulk = light.isEmpty || (lightTicks > limit && !bulk.isEmpty)
    return servesBulk ? bulk.pop() : light.pop()
  }

  /// Counts what the piece that was popped last took; `flow` is whose it was, nil for a job.
  mutating func charge(_ flow: LoopWork?, ticks: UInt64, period: UInt16) {
    lightTicks = servesBulk || bulk.isEmpty ? 0 : lightTicks &+ ticks
    guard let flow else { return }
    flow.use.add(ticks, in: period)
    usual.approach(flow.use, ticks: ticks, in: period)
  }
}

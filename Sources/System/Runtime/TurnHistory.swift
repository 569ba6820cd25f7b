// Whom a loop served lately, and when.

/// The last turns of a loop, as spans of time that one lane paid for. What lies between two spans is the
/// loop's own: epoll, deadlines.
///
/// A lane that is named here is kept until its last span gives way, so one that ended is still named.
/// References are counted when a lane gets its first span and loses its last one, not per turn.
@safe struct TurnHistory: ~Copyable {
  /// Time in which one lane had the loop.
  @safe private struct Span {
    var lane: Unmanaged<Lane>?
    var begin: UInt64 = 0
    var end: UInt64 = 0
    /// The ticks of it that the lane paid for; the rest was the loop's, or the machine's.
    var ran: UInt64 = 0

    init() { unsafe lane = nil }
  }

  private let spans: UnsafeMutablePointer<Span>
  private var newest = 0

  private static let mask = RuntimeLimits.rememberedTurns - 1
  /// Turns of one lane with less between them are one span.
  private let joinedTicks = CPUClock.shared.ticks(RuntimeLimits.notedWaitNanoseconds)

  init() {
    precondition(RuntimeLimits.rememberedTurns & Self.mask == 0, "a power of two")
    unsafe spans = .allocate(capacity: RuntimeLimits.rememberedTurns)
    unsafe spans.initialize(repeating: Span(), count: RuntimeLimits.rememberedTurns)
  }

  deinit {
    for index in 0..<RuntimeLimits.rememberedTurns { unsafe release(spans + index) }
    unsafe spans.deallocate()
  }

  /// Notes that `lane` had the loop from `begin` to `end`, and paid for `ran` ticks of that.
  @inline(__always)
  mutating func add(_ lane: Lane, from begin: UInt64, to end: UInt64, ran: UInt64) {
    // Counters of two cores may differ a little, and a loop that is not pinned moves.
    guard end > begin else { return }
    let ran = min(ran, end - begin)
    // Safe: `newest` is within the spans, and only identities are compared.
    let last = unsafe spans + newest
    if unsafe last.pointee.lane?.toOpaque() == Unmanaged.passUnretained(lane).toOpaque(),
      unsafe begin &- last.pointee.end < joinedTicks
    {
      unsafe last.pointee.end = end
      unsafe last.pointee.ran &+= ran
    } else {
      append(lane, from: begin, to: end, ran: ran)
    }
  }

  private mutating func append(
    _ lane: Lane, from begin: UInt64, to end: UInt64, ran: UInt64
  ) {
    newest = (newest + 1) & Self.mask
    let span = unsafe spans + newest
    let reference = unsafe Unmanaged.passUnretained(lane)
    // Safe: a lane with spans is retained once for all of them.
    if lane.spans == 0 { _ = unsafe reference.retain() }
    lane.spans += 1
    unsafe release(span)
    unsafe span.pointee.lane = reference
    unsafe span.pointee.begin = begin
    unsafe span.pointee.end = end
    unsafe span.pointee.ran = ran
  }

  private func release(_ span: UnsafeMutablePointer<Span>) {
    guard let reference = unsafe span.pointee.lane else { return }
    // Safe: see `append`.
    let isLast = unsafe reference._withUnsafeGuaranteedRef { lane in
      lane.spans -= 1
      return lane.spans == 0
    }
    if isLast { unsafe reference.release() }
  }

  /// Tells `body` who had the loop from `since` to `end`, the latest first, and for how many ticks; nil is
  /// the loop itself. What is longer ago than the spans is left out. Returns how many were looked at.
  func forEach(from since: UInt64, to end: UInt64, _ body: (Lane?, UInt64) -> Void) -> Int {
    var upper = end
    for age in 0..<RuntimeLimits.rememberedTurns {
      let span = unsafe spans[(newest - age) & Self.mask]
      guard let reference = unsafe span.lane else { return age + 1 }
      let spanEnd = max(span.end, since)
      if upper > spanEnd { body(nil, upper - spanEnd) }
      guard span.end > since else { return age + 1 }
      let begin = max(span.begin, since)
      let ran = Self.part(of: span, from: begin)
      // Safe: see `append`.
      unsafe reference._withUnsafeGuaranteedRef { body($0, ran) }
      let rest = span.end - begin - ran
      if rest > 0 { body(nil, rest) }
      guard begin > since else { return age + 1 }
      upper = begin
    }
    return RuntimeLimits.rememberedTurns
  }

  /// What the lane of `span` paid for from `begin` on, as if it had paid evenly.
  private static func part(of span: Span, from begin: UInt64) -> UInt64 {
    let whole = span.end - span.begin
    let part = span.end - begin
    if part == whole { return span.ran }
    let ran = Double(span.ran) * Double(part) / Double(whole)
    return min(UInt64(ran), part)
  }
}

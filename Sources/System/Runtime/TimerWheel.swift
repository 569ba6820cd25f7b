// Deadlines of everything on a loop: a hashed wheel (Varghese and Lauck, 1987).

import Primitives

/// A wheel of intrusive lists, one per tick. Moving a deadline later costs one store: the entry
/// stays where it is and is put in again when its slot comes round.
///
/// When the wheel comes to a tick, its slot is gone through once: what is due goes to a list of its
/// own, from which `popExpired` takes.
@safe struct TimerWheel: ~Copyable {
  private let heads: UnsafeMutablePointer<Unmanaged<LoopWork>?>
  /// One bit per slot that is not empty.
  private var occupied: [UInt64]
  private var currentTick: UInt64
  private(set) var count = 0

  private static let slotMask = RuntimeLimits.timerSlots - 1
  /// The list of what is due, behind the slots.
  private static let dueSlot = RuntimeLimits.timerSlots

  init(now: Instant) {
    precondition(RuntimeLimits.timerSlots & Self.slotMask == 0)
    unsafe heads = .allocate(capacity: RuntimeLimits.timerSlots + 1)
    unsafe heads.initialize(repeating: nil, count: RuntimeLimits.timerSlots + 1)
    occupied = Array(repeating: 0, count: RuntimeLimits.timerSlots / 64 + 1)
    currentTick = Self.tick(now)
  }

  deinit { unsafe heads.deallocate() }

  /// Moves `work` to `instant`, in or out of the wheel.
  mutating func schedule(_ work: LoopWork, at instant: Instant) {
    let scheduled = work.timerSlot >= 0
    if scheduled, instant >= work.deadline, instant != .never {
      work.deadline = instant
      return
    }
    if scheduled { remove(work) }
    work.deadline = instant
    if instant != .never { insert(work) }
  }

  mutating func remove(_ work: LoopWork) {
    let slot = Int(work.timerSlot)
    precondition(slot >= 0 && count > 0)
    // Safe: links only name objects that are in the wheel, which remove themselves when they die.
    let next = unsafe work.timerNext
    if let previous = unsafe work.timerPrevious {
      unsafe previous._withUnsafeGuaranteedRef { unsafe $0.timerNext = next }
    } else {
      unsafe heads[slot] = next
      if unsafe next == nil { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
    }
    if let next = unsafe next {
      unsafe next._withUnsafeGuaranteedRef { unsafe $0.timerPrevious = work.timerPrevious }
    }
    unsafe work.timerPrevious = nil
    unsafe work.timerNext = nil
    work.timerSlot = -1
    count -= 1
  }

  /// Takes the next work whose deadline has passed; nil when there is none at `now`.
  mutating func popExpired(now: Instant) -> LoopWork? {
    let nowTick = Self.tick(now)
    while true {
      while let reference = unsafe heads[Self.dueSlot] {
        // Safe: the wheel only holds living objects (see `remove`).
        let work = unsafe reference.takeUnretainedValue()
        remove(work)
        // It may have been moved to later since.
        guard Self.dueTick(work.deadline) <= nowTick else {
          insert(work)
          continue
        }
        work.deadline = .never
        return work
      }
      guard currentTick < nowTick else { return nil }
      currentTick = nextTick(upTo: nowTick)
      collect(Int(truncatingIfNeeded: currentTick) & Self.slotMask)
    }
  }

  /// Goes through the slot of the current tick: what is due joins the list of it, what was moved to
  /// later goes where it belongs, what has rounds to wait stays.
  private mutating func collect(_ slot: Int) {
    var entry = unsafe heads[slot]
    while let reference = unsafe entry {
      // Safe: see `popExpired`.
      let work = unsafe reference.takeUnretainedValue()
      unsafe entry = work.timerNext
      let due = Self.dueTick(work.deadline)
      guard due <= currentTick || due & UInt64(Self.slotMask) != UInt64(slot) else { continue }
      remove(work)
      insert(work)
    }
  }

  /// Nanoseconds until the next occupied slot; nil when the wheel is empty.
  func nanosecondsToNext(now: Instant) -> UInt64? {
    guard count > 0 else { return nil }
    if unsafe heads[Self.dueSlot] != nil { return 0 }
    let horizon = currentTick + UInt64(RuntimeLimits.timerSlots)
    let due =
      (nextOccupied(after: currentTick, upTo: horizon) ?? horizon)
      * RuntimeLimits.timerTickNanoseconds
    return due > now.nanoseconds ? due - now.nanoseconds : 0
  }

  private mutating func insert(_ work: LoopWork) {
    let due = Self.dueTick(work.deadline)
    let slot =
      due <= currentTick ? Self.dueSlot : Int(truncatingIfNeeded: due) & Self.slotMask
    // Safe: see `remove`.
    let reference = unsafe Unmanaged.passUnretained(work)
    let head = unsafe heads[slot]
    if let head = unsafe head {
      unsafe head._withUnsafeGuaranteedRef { unsafe $0.timerPrevious = reference }
    }
    unsafe work.timerNext = head
    unsafe work.timerPrevious = nil
    unsafe heads[slot] = reference
    work.timerSlot = Int32(slot)
    occupied[slot / 64] |= 1 << UInt64(slot % 64)
    count += 1
  }

  private func nextTick(upTo last: UInt64) -> UInt64 {
    nextOccupied(after: currentTick, upTo: last) ?? last
  }

  /// The first tick after `tick` whose slot is occupied, at most `last`.
  private func nextOccupied(after tick: UInt64, upTo last: UInt64) -> UInt64? {
    var candidate = tick + 1
    let end = min(last, tick + UInt64(RuntimeLimits.timerSlots))
    while candidate <= end {
      let slot = Int(truncatingIfNeeded: candidate) & Self.slotMask
      let rest = occupied[slot / 64] >> UInt64(slot % 64)
      if rest != 0 {
        let found = candidate + UInt64(rest.trailingZeroBitCount)
        return found <= end ? found : nil
      }
      candidate += UInt64(64 - slot % 64)
    }
    return nil
  }

  private static func tick(_ instant: Instant) -> UInt64 {
    instant.nanoseconds / RuntimeLimits.timerTickNanoseconds
  }

  /// The first tick at which `instant` has passed.
  private static func dueTick(_ instant: Instant) -> UInt64 {
    instant.nanoseconds / RuntimeLimits.timerTickNanoseconds + 1
  }
}

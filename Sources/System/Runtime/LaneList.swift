// One of the scheduler's lists of ready lanes.

/// A FIFO of lanes, linked through the lanes; the list keeps them alive.
@safe struct LaneList {
  private var head: Unmanaged<Lane>?
  private var tail: Unmanaged<Lane>?

  init() {
    unsafe head = nil
    unsafe tail = nil
  }

  var first: Lane? {
    // Safe: what is listed is retained.
    unsafe head?.takeUnretainedValue()
  }

  mutating func append(_ lane: Lane) {
    let reference = unsafe Unmanaged.passRetained(lane)
    unsafe lane.next = nil
    if let tail = unsafe tail {
      unsafe tail._withUnsafeGuaranteedRef { unsafe $0.next = reference }
    } else {
      unsafe head = reference
    }
    unsafe tail = reference
  }

  mutating func removeFirst() {
    guard let first = unsafe head else { preconditionFailure("the list of lanes is empty") }
    unsafe head = first._withUnsafeGuaranteedRef { unsafe $0.next }
    if unsafe head == nil { unsafe tail = nil }
    unsafe first.release()
  }
}

// One of the scheduler's lists of ready lanes.

/// A FIFO of lanes, linked through the lanes; the list keeps them alive.
@safe struct LaneList {
  private var head: Unmanaged<Lane>?
  private var tail: Unmanaged<Lane>?

  init() {
    unsafe head = nil
    unsafe tail = nil
  }

  /// Kept alive by the list: looking at it counts no reference.
  var first: Unmanaged<Lane>? { unsafe head }

  mutating func append(_ lane: Lane) { unsafe append(Unmanaged.passRetained(lane)) }

  /// Appends what a list gave out.
  mutating func append(_ reference: Unmanaged<Lane>) {
    unsafe reference._withUnsafeGuaranteedRef { unsafe $0.next = nil }
    if let tail = unsafe tail {
      unsafe tail._withUnsafeGuaranteedRef { unsafe $0.next = reference }
    } else {
      unsafe head = reference
    }
    unsafe tail = reference
  }

  /// Gives the first lane out, with the reference that kept it alive.
  mutating func takeFirst() -> Unmanaged<Lane> {
    guard let first = unsafe head else { preconditionFailure("the list of lanes is empty") }
    unsafe head = first._withUnsafeGuaranteedRef { unsafe $0.next }
    if unsafe head == nil { unsafe tail = nil }
    return unsafe first
  }
}

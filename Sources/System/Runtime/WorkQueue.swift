// A FIFO of work of ours and jobs of Swift tasks in one order.

/// A ring of tagged pointers: a `LoopWork` (bit 0 clear, owned by the queue) or a Swift job (bit 0
/// set). It grows and never shrinks, so that it allocates nothing in steady state.
@safe struct WorkQueue: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt>?
  private var capacity = 0
  private var head = 0
  private(set) var count = 0

  init() { unsafe slots = nil }

  deinit {
    // Safe: whatever is left is owned by this queue; jobs belong to their tasks.
    for index in 0..<count {
      let node = unsafe slots.unsafelyUnwrapped[(head + index) & (capacity - 1)]
      if node & 1 == 0 { unsafe Self.work(node).release() }
    }
    unsafe slots?.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  mutating func push(_ work: LoopWork) {
    pushNode(unsafe UInt(bitPattern: Unmanaged.passRetained(work).toOpaque()))
  }

  mutating func push(job: UnsafeMutableRawPointer) {
    pushNode(UInt(bitPattern: job) | 1)
  }

  mutating func pop() -> Item? {
    guard let node = popNode() else { return nil }
    // Safe: nodes are only made by the two functions above.
    if node & 1 == 0 { return unsafe .work(Self.work(node)) }
    guard let job = unsafe UnsafeMutableRawPointer(bitPattern: node & ~1) else { return nil }
    return unsafe .job(job)
  }

  /// What was queued: work of ours, with the reference that kept it alive, or a job to be run exactly once.
  @safe enum Item {
    case work(Unmanaged<LoopWork>)
    case job(UnsafeMutableRawPointer)
  }

  private static func work(_ node: UInt) -> Unmanaged<LoopWork> {
    guard let pointer = unsafe UnsafeRawPointer(bitPattern: node) else {
      preconditionFailure("a queue holds no null")
    }
    return unsafe Unmanaged.fromOpaque(pointer)
  }

  private mutating func pushNode(_ node: UInt) {
    if count == capacity { grow() }
    // Safe: the index is below `capacity`, a power of two, for which `slots` was allocated.
    unsafe slots.unsafelyUnwrapped[(head + count) & (capacity - 1)] = node
    count += 1
  }

  private mutating func popNode() -> UInt? {
    guard count > 0 else { return nil }
    // Safe: as above.
    let node = unsafe slots.unsafelyUnwrapped[head]
    head = (head + 1) & (capacity - 1)
    count -= 1
    return node
  }

  private mutating func grow() {
    let larger = max(8, capacity * 2)
    let target = UnsafeMutablePointer<UInt>.allocate(capacity: larger)
    for index in 0..<count {
      // Safe: both blocks hold at least `count` words.
      unsafe target[index] = slots.unsafelyUnwrapped[(head + index) & (capacity - 1)]
    }
    unsafe slots?.deallocate()
    unsafe slots = target
    capacity = larger
    head = 0
  }
}

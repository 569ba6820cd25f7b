// Where other threads leave work for a loop.

import CLinux

/// Two lock-free stacks (jobs of Swift tasks, and work of ours), an eventfd and the flag that says
/// whether the loop must be woken: a busy loop costs its callers no system call.
@safe final class LoopInbox: @unchecked Sendable {
  // Shared by all threads; every access is atomic or inside a C function that is.
  private let jobs: UnsafeMutablePointer<skerry_stack>
  private let messages: UnsafeMutablePointer<skerry_stack>
  private let sleeping: UnsafeMutablePointer<skerry_flag>
  let descriptor: Int32

  /// Words of a Swift job that belong to the executor that holds it.
  private enum JobWord {
    static let link = 2
    static let lane = 3
  }

  /// A message in the stack, linked to the one that came before it.
  @unsafe private struct Node {
    var link: UnsafeMutableRawPointer?
    let work: Unmanaged<ClosureWork>
  }

  init() throws(RuntimeError) {
    let result = skerry_eventfd()
    guard result >= 0 else {
      throw RuntimeError("create", "an eventfd", result: Int(result))
    }
    descriptor = result
    unsafe jobs = .allocate(capacity: 1)
    unsafe jobs.initialize(to: skerry_stack())
    unsafe messages = .allocate(capacity: 1)
    unsafe messages.initialize(to: skerry_stack())
    unsafe sleeping = .allocate(capacity: 1)
    unsafe sleeping.initialize(to: skerry_flag(value: 0))
  }

  deinit {
    skerry_close(descriptor)
    unsafe jobs.deallocate()
    unsafe messages.deallocate()
    unsafe sleeping.deallocate()
  }

  func push(job: UnsafeMutableRawPointer, lane: Lane) {
    // Safe: words 2 and 3 of a job are the executor's own (Job.SchedulerPrivate).
    let words = unsafe job.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    unsafe words[JobWord.lane] = Unmanaged.passRetained(lane).toOpaque()
    unsafe skerry_stack_push(jobs, job, words + JobWord.link)
    wake()
  }

  func push(_ work: ClosureWork) {
    let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
    unsafe node.initialize(to: Node(link: nil, work: Unmanaged.passRetained(work)))
    // Safe: `link` is the first word of the node.
    unsafe UnsafeMutableRawPointer(node).withMemoryRebound(
      to: UnsafeMutableRawPointer?.self, capacity: 1
    ) { unsafe skerry_stack_push(messages, node, $0) }
    wake()
  }

  /// Moves everything that has come onto its lane, in the order it came.
  func drain() {
    drainJobs()
    drainMessages()
  }

  /// Says that the loop is about to sleep; false if something came, so that it must not.
  func prepareToSleep() -> Bool {
    unsafe skerry_flag_set(sleeping, 1)
    if unsafe skerry_stack_is_empty(jobs) && skerry_stack_is_empty(messages) { return true }
    unsafe skerry_flag_set(sleeping, 0)
    return false
  }

  func awake() { unsafe skerry_flag_set(sleeping, 0) }

  private func wake() {
    if unsafe skerry_flag_exchange(sleeping, 0) == 1 { skerry_eventfd_signal(descriptor) }
  }

  private func drainJobs() {
    var newest = unsafe skerry_stack_take(jobs)
    var oldest: UnsafeMutableRawPointer?
    unsafe oldest = nil
    while let job = unsafe newest {
      // Safe: see `push(job:)`.
      let words = unsafe job.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      unsafe newest = words[JobWord.link]
      unsafe words[JobWord.link] = oldest
      unsafe oldest = job
    }
    while let job = unsafe oldest {
      let words = unsafe job.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
      unsafe oldest = words[JobWord.link]
      guard let lane = unsafe words[JobWord.lane] else { continue }
      unsafe Unmanaged<Lane>.fromOpaque(lane).takeRetainedValue().push(job: job)
    }
  }

  private func drainMessages() {
    var newest = unsafe skerry_stack_take(messages)?.assumingMemoryBound(to: Node.self)
    var oldest: UnsafeMutablePointer<Node>?
    unsafe oldest = nil
    while let node = unsafe newest {
      unsafe newest = node.pointee.link?.assumingMemoryBound(to: Node.self)
      unsafe node.pointee.link = oldest.map { UnsafeMutableRawPointer($0) }
      unsafe oldest = node
    }
    while let node = unsafe oldest {
      unsafe oldest = node.pointee.link?.assumingMemoryBound(to: Node.self)
      unsafe node.pointee.work.takeRetainedValue().enqueue()
      unsafe node.deallocate()
    }
  }
}

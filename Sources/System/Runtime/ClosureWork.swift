// A message from another thread.

/// A closure as work, for messages between threads.
final class ClosureWork: LoopWork {
  private var body: (@Sendable () -> Void)?

  override init(on lane: Lane) { super.init(on: lane) }

  convenience init(on lane: Lane, running body: @escaping @Sendable () -> Void) {
    self.init(on: lane)
    self.body = body
  }

  override func run() { body?() }
}

// Waiting for another look-up of zones whose secondaries are to be told.

import Primitives
import Runtime

/// Wakes the server when zones that could not be read are to be looked up again.
final class NotifyRetry: LoopWork {
  private unowned let server: NameServer

  init(server: NameServer) {
    self.server = server
    super.init(on: server.loop.systemLane)
  }

  /// Begins to wait, unless that has begun.
  func begin() {
    guard deadline == .never else { return }
    setDeadline(loop.now + .milliseconds(NameServiceLimits.notifyLookupMilliseconds))
  }

  override func run() {
    setDeadline(.never)
    server.retryLookups()
  }
}

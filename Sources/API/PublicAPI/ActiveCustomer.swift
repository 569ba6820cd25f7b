// An account whose requests are being answered.

import Control
import Primitives
import Runtime

/// The lanes of one account: what is done for it is charged to them, here and on the storage thread, so that
/// whoever asks much waits longer, and nobody else does. Confined to the loop of the API.
final class ActiveCustomer: @unchecked Sendable {
  // Confined to the loop of `lane`.
  let lane: Lane
  let workerLane: Lane
  /// One piece of work with the store at a time: others have their turn between two.
  let turn: WriterTurn
  var window: RateWindow
  /// Requests that wait for something.
  var pendingCount = 0

  /// Contents of its requests.
  let bodies: RequestBodies

  init(
    _ account: Account, loop: EventLoop, worker: EventLoop, bodies: RequestBodies
  ) {
    self.bodies = RequestBodies(
      bodyBytes: APILimits.bodyBytes, totalBytes: APILimits.accountBytes,
      advice: "Send it in parts.", partOf: bodies)
    lane = Lane(loop: loop, name: "account \(account.id)")
    workerLane = Lane(loop: worker, name: "account \(account.id)")
    turn = WriterTurn(lane: lane)
    window = RateWindow(limit: account.requests ?? APILimits.requests)
  }
}

// Tasks of another loop.

extension Lane {
  /// Runs `body` as a task of this lane, which may be another loop's, and returns what that returns. From a
  /// task on any loop.
  package func run<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) async -> Result {
    guard let caller = EventLoop.current else {
      preconditionFailure("run is for tasks on loops")
    }
    let lane = caller.chargedLane ?? caller.systemLane
    let box = ResultBox<Result>(on: lane)
    start {
      box.value = await body()
      lane.post { box.arrive() }
    }
    while !box.hasArrived { _ = await box.parker.park() }
    guard let value = box.value else { preconditionFailure("written before the message was sent") }
    return value
  }
}

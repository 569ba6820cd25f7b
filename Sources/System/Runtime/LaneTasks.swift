// Where the tasks of a lane run.

/// The actor that a lane's tasks run in.
actor LaneTasks {
  // Safe: whoever runs a task here keeps the lane alive (see `Lane.start`).
  private nonisolated unowned(unsafe) let lane: Lane

  init(lane: Lane) { unsafe self.lane = lane }

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe lane.asUnownedSerialExecutor()
  }

  func run(_ operation: @Sendable () async -> Void) async {
    await operation()
    unsafe lane.loop.taskCount -= 1
  }
}

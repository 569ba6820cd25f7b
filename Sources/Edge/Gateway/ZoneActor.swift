// The actor of a zone on one loop.

import Runtime

/// A zone on one loop as an actor: everything that a request waits for happens here, on the zone's
/// lane, charged to the zone. What needs no waiting the loop does on `state` without a hop.
actor ZoneActor {
  nonisolated let state: ZoneState

  init(_ state: ZoneState) { self.state = state }

  // The lane lives as long as the state that this actor keeps.
  nonisolated var unownedExecutor: UnownedSerialExecutor { state.lane.executor }

  /// Waits for what a stage needs, runs the stages after it, and delivers the response.
  func perform(_ task: ZoneTask) async { await task.perform() }
}

// The actor of a zone on one loop.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime

/// A zone on one loop as an actor: everything that a request waits for happens here, on the zone's
/// lane, charged to the zone. What needs no waiting the loop does on `state` without a hop.
actor ZoneActor {
  nonisolated let state: ZoneState

  init(_ state: ZoneState) { self.state = state }

  // The lane lives as long as the state that this actor keeps.
  nonisolated var unownedExecutor: UnownedSerialExecutor { state.lane.executor }

  /// Waits for what a stage needs, runs the stages after it, and delivers the response.
  func perform(_ task: ZoneTask) async {
    let exchange = task.exchange
    var work: any Suspension = task.work
    var next = task.next
    do throws(Failure) {
      while true {
        try await work.perform(exchange)
        if exchange.response.status != 0 { break }
        guard case .suspended(let more, let after) = task.pipeline.run(exchange, from: next)
        else { break }
        work = more
        next = after
      }
    } catch {
      exchange.facts.failure = error
      if !exchange.isAborted { ErrorPage.render(error, for: exchange) }
    }
    task.pipeline.complete(exchange)
    await deliver(exchange)
  }

  /// Delivers a response that is complete but for its body.
  func deliver(_ exchange: Exchange) async {
    await exchange.deliver()
    state.count(exchange)
    state.exchangeEnded()
  }
}

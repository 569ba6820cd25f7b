// The operator's API: one handler behind a listener of its own.

package import Exchange
import HTTP
import Primitives
package import Runtime
package import Zones

/// Answers the operator's requests, on a lane of its own, so that no flood of them harms a tenant.
///
/// Confined to the loop of its lane. What touches the disk, or takes long to read or write as JSON,
/// runs on the worker, a thread of its own.
package final class ControlHandler: ExchangeHandler, @unchecked Sendable {
  // Confined to the loop of `lane`.
  package let lane: Lane
  package let worker: EventLoop
  let desk: ZoneDesk
  package let backend: any EdgeBackend
  let turn: WriterTurn
  private let token: ControlToken
  private let connections = CountedConnections(limit: ControlLimits.connections)
  /// Requests that wait for something.
  private(set) var pendingCount = 0
  /// Bodies that pending requests hold or have announced.
  let bodies = RequestBodies(
    bodyBytes: ControlLimits.bodyBytes, totalBytes: ControlLimits.bodiesBytes,
    advice: "Send the zones in parts, without prune.")
  /// What the operator does with customers; nil without a public API.
  package var customers: (any CustomerDesk)?
  var slow = SlowReport()
  private let clock: Parker
  private let renewalClock: Parker
  let keyClock: Parker
  /// Zones above which are being asked.
  var questionCount = 0
  /// What the clocks said when keys were looked after last; nil at first.
  var clockReading: ClockReading?
  /// What went wrong last with keys, so that it is told once.
  var keyFailure: String?

  /// A handler whose requests run on `lane`, and whose work with the store runs on `worker`, a
  /// storage thread that no loop waits for. `report` tells how opening `store` went.
  package init(
    lane: Lane, worker: EventLoop, store: ZoneStore, report: ZoneStoreReport,
    backend: any EdgeBackend, token: ControlToken
  ) {
    self.lane = lane
    self.worker = worker
    self.backend = backend
    self.token = token
    desk = ZoneDesk(store: store, report: report)
    turn = WriterTurn(lane: lane)
    clock = Parker(on: lane)
    renewalClock = Parker(on: lane)
    keyClock = Parker(on: lane)
  }

  /// Begins to remember who used the CPU, window by window, and to look after zones that are signed:
  /// their keys, and those that have secondaries. From any thread, once.
  package func start() {
    lane.start { await self.remember() }
    lane.start { await self.renew() }
    lane.start { await self.lookAfterKeys() }
  }

  private func renew() async {
    while !renewalClock.isCancelled {
      if backend.acceptsChanges {
        do throws(ControlRefusal) { try await renewSerials() } catch {
          backend.note(
            "signed zones could not be renewed for their secondaries: "
              + error.faults.map(\.message).joined(separator: " "))
        }
      }
      _ = await renewalClock.park(until: lane.loop.now + ControlLimits.renewalInterval)
    }
  }

  private func remember() async {
    while !clock.isCancelled {
      slow.add(await backend.ledger())
      _ = await clock.park(until: lane.loop.now + ControlLimits.windowLength)
    }
  }

  /// Ends what `start` began. From any thread.
  package func stop() {
    lane.post { [self] in
      clock.cancel()
      renewalClock.cancel()
      keyClock.cancel()
    }
  }

  /// Refuses at once what can be refused at once; the rest is done by a task of the lane.
  package func handle(_ exchange: Exchange) -> Handling {
    guard exchange.lane === lane else {
      exchange.move(to: lane)
      exchange.enqueue()
      return .pending
    }
    do throws(ControlRefusal) {
      let call = try admit(exchange)
      begin(exchange, call)
      return .pending
    } catch {
      ControlAnswer(error).write(to: exchange)
      return .responded
    }
  }

  /// What can be decided at once: who asks, for what, and is there room.
  private func admit(_ exchange: Exchange) throws(ControlRefusal) -> ControlCall {
    // First, so that strangers take no place of the operator's.
    let isOperator = exchange.request.fields.withFirst(.authorization) { token.isShown(by: $0) }
    guard isOperator == true else {
      throw ControlRefusal(
        401, .unauthorized,
        "The request shows no valid token. Send the field Authorization: Bearer TOKEN; the token is "
          + "in the file control.token beside the control socket."
      ).with(.wwwAuthenticate, "Bearer realm=\"skerry\"")
    }
    guard exchange.sink?.serve(exchange, on: lane, for: connections) != false else {
      throw .busy("\(ControlLimits.connections) connections to the API are open")
    }
    let call = try ControlCall(exchange.request)
    guard pendingCount < ControlLimits.concurrentRequests else {
      throw .busy("\(pendingCount) requests are being worked on")
    }
    return call
  }

  private func begin(_ exchange: Exchange, _ call: ControlCall) {
    pendingCount += 1
    lane.start { await self.perform(call, exchange) }
  }

  private func perform(_ call: ControlCall, _ exchange: Exchange) async {
    let answer = await answer(call, exchange)
    pendingCount -= 1
    answer.write(to: exchange)
    exchange.sink?.respond(exchange)
    // The operator knows that it was understood before the edge goes.
    if call.target.route == .stop, answer.status < 300 { backend.stop() }
  }

  private func answer(_ call: ControlCall, _ exchange: Exchange) async -> ControlAnswer {
    do throws(ControlRefusal) {
      return try await perform(call, exchange)
    } catch {
      return ControlAnswer(error)
    }
  }
}

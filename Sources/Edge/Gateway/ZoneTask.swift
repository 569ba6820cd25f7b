// A request that waits, and what comes after.

import Exchange
import HTTP
import Origin
import Primitives
import Runtime

/// Drives one exchange through its zone's stages from the first one that must wait to the end of the
/// response: by events as far as that goes, else in a task of the zone's actor.
///
/// The loop keeps those that are over, for the next exchange of any zone.
final class ZoneTask: ExchangeDriver, @unchecked Sendable {
  // Stays on the loop of its zone's lane.
  /// Nil, as the next two, once the exchange has ended.
  private var exchange: Exchange?
  private var zone: ZoneState?
  /// Of the configuration that the request began with.
  private var pipeline: Pipeline?
  /// The stage after the one that waits.
  private var next = 0
  /// What the task begins with; nil: with the response.
  private var suspension: (any Suspension)?
  /// The stages after the source have seen the response.
  private var isComplete = false

  /// What follows when a stage's work has ended.
  private enum Step {
    case deliver
    /// Events go on with it.
    case wait
    case perform(any Suspension)
  }

  /// Makes this, which is new or over, drive `exchange`.
  func prepare(_ exchange: Exchange, of zone: ZoneState, _ pipeline: Pipeline) {
    precondition(self.exchange == nil && suspension == nil)
    self.exchange = exchange
    self.zone = zone
    self.pipeline = pipeline
    isComplete = false
  }

  /// Begins `work`, which a stage waits for before the stage `next`.
  func begin(_ work: any EventDrivenWork, next: Int) {
    self.next = next
    if let exchange { work.begin(exchange, for: self) }
  }

  /// The same in a task.
  func begin(_ work: any Suspension, next: Int) {
    self.next = next
    workContinues(work)
  }

  /// Delivers a response that the stages after the source made a stream.
  func deliver() {
    isComplete = true
    startTask()
  }

  func workEnded() {
    switch goOn() {
    case .deliver: deliverNow()
    case .wait: break
    case .perform(let more): workContinues(more)
    }
  }

  func workFailed(_ failure: Failure) {
    fail(failure)
    deliverNow()
  }

  func workContinues(_ rest: any Suspension) {
    suspension = rest
    startTask()
  }

  // MARK: - Steps

  private func goOn() -> Step {
    guard let exchange, let pipeline, exchange.response.status == 0 else { return .deliver }
    switch pipeline.run(exchange, from: next) {
    case .responded: return .deliver
    case .unanswered:
      fail(Failure(.internalError, "no stage answered"))
      return .deliver
    case .started(let work, let next):
      begin(work, next: next)
      return .wait
    case .suspended(let work, let next):
      self.next = next
      return .perform(work)
    }
  }

  private func fail(_ failure: Failure) {
    guard let exchange else { return }
    exchange.facts.failure = failure
    if !exchange.isAborted { ErrorPage.render(failure, for: exchange) }
  }

  private func deliverNow() {
    guard let exchange = exchange.take() else { return }
    guard respond(exchange) else {
      self.exchange = exchange
      return deliver()
    }
    end(exchange)
  }

  /// Sends a response that lies in memory; false if its body comes in pieces, which is for a task.
  private func respond(_ exchange: Exchange) -> Bool {
    pipeline?.complete(exchange)
    guard exchange.response.isBodyComplete() else { return false }
    if !exchange.isAborted { exchange.sink?.respond(exchange) }
    return true
  }

  private func end(_ exchange: Exchange) {
    pipeline = nil
    guard let zone = zone.take() else { return }
    zone.count(exchange)
    zone.exchangeEnded()
    zone.gateway.keep(self)
  }

  // MARK: - The task

  private func startTask() {
    guard let zone else { return }
    let actor = zone.actor
    zone.lane.start { await actor.perform(self) }
  }

  /// Performs what must be waited for, and delivers the response.
  func perform() async {
    guard let exchange else { return }
    while let work = suspension.take() {
      do throws(Failure) {
        try await work.perform(exchange)
        switch goOn() {
        case .deliver: break
        case .wait: return
        case .perform(let more): suspension = more
        }
      } catch {
        fail(error)
      }
    }
    if !isComplete { pipeline?.complete(exchange) }
    await exchange.deliver()
    self.exchange = nil
    end(exchange)
  }
}

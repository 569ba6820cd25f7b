// Requests that the cache only passes through.

import Exchange
import HTTP
import Primitives
import Runtime

/// Passes a request through to the layer below, without a task: events carry it on.
final class CachePass: EventDrivenWork {
  /// Nil before the pass begins and after it has ended.
  private var exchange: Exchange?
  private var driver: (any ExchangeDriver)?
  private let stage: CacheStage
  private let forwarding: Forwarding
  /// The key's responses could not be shared lately; one that can be stored by this policy is stored
  /// all the same. Nil if nothing may be.
  private let policy: CachePolicy?
  private var times = ExchangeTimes(
    requestedAt: Instant(nanoseconds: 0), receivedAt: Instant(nanoseconds: 0),
    receivedWall: WallTime(seconds: 0))
  private var begunAt = Instant(nanoseconds: 0)
  private var start = FetchStart(sequence: 0, instant: Instant(nanoseconds: 0))

  init(_ stage: CacheStage, _ forwarding: Forwarding, storing policy: CachePolicy? = nil) {
    self.stage = stage
    self.forwarding = forwarding
    self.policy = policy
  }

  func begin(_ exchange: Exchange, for driver: any ExchangeDriver) {
    self.exchange = exchange
    self.driver = driver
    times.requestedAt = stage.shard.now
    begunAt = stage.shard.loop.preciseNow
    start = FetchStart(stage.zone)
    let fetch = Fetch(passing: exchange)
    if let policy { stage.prepare(&fetch.request, policy) }
    exchange.fetch = fetch
    stage.below.begin(fetch, for: self)
  }

  /// Makes `response` the exchange's; what is left to be done takes a task. When this returns, the
  /// exchange is its driver's alone, and so is its memory.
  private func settle(_ response: inout FetchedResponse) -> (any Suspension)? {
    guard let exchange = letGo() else { return nil }
    times.receivedAt = stage.shard.now
    times.receivedWall = stage.shard.wallTime
    if let policy,
      let head = stage.storable(response.head, to: exchange.request, times, policy)
    {
      return CacheAdoption(stage, response, head, times, since: start)
    }
    if !exchange.request.method.isSafe, (200..<400).contains(response.head.status) {
      return CacheInvalidation(stage, response, forwarding, times, since: start)
    }
    exchange.facts.cache = policy != nil ? .miss : .bypass
    stage.respond(exchange, &response, CacheStage.ForwardStatus(forwarding: forwarding))
    return nil
  }

  private func letGo() -> Exchange? {
    // The source may keep the fetch a little longer, and shares the request's memory by it.
    exchange?.fetch?.request = RequestHead()
    exchange?.fetch = nil
    exchange?.facts.originNanoseconds = stage.shard.loop.preciseNow.nanoseconds(since: begunAt)
    return exchange.take()
  }
}

extension CachePass: FetchReceiver {
  func interimCame(_ head: ResponseHead) {
    guard let exchange, !exchange.isAborted else { return }
    exchange.sink?.interim(head, for: exchange)
  }

  func responseCame(_ response: inout FetchedResponse) {
    guard let driver = driver.take() else { return response.body.abandon() }
    if let rest = settle(&response) { driver.workContinues(rest) } else { driver.workEnded() }
  }

  func fetchFailed(_ failure: Failure) {
    _ = letGo()
    driver.take()?.workFailed(failure)
  }
}

extension CacheStage {
  /// Makes `fetched` the exchange's response as it is.
  func respond(_ exchange: Exchange, _ fetched: inout FetchedResponse, _ status: ForwardStatus) {
    exchange.response.status = fetched.head.status
    // The memory that the exchange had for fields is the connection's for its next response.
    swap(&exchange.response.fields, &fetched.head.fields)
    exchange.response.fields.removeTags()
    exchange.response.body = fetched.body
    exchange.response.contentLength = fetched.contentLength
    appendForwardStatus(exchange, status)
  }
}

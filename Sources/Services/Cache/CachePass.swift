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
  /// The key's responses could not be shared lately; one that can be stored is stored all the same.
  private let maySettle: Bool
  private var times = ExchangeTimes(
    requestedAt: Instant(nanoseconds: 0), receivedAt: Instant(nanoseconds: 0),
    receivedWall: WallTime(seconds: 0))

  init(_ stage: CacheStage, _ forwarding: Forwarding, maySettle: Bool = false) {
    self.stage = stage
    self.forwarding = forwarding
    self.maySettle = maySettle
  }

  func begin(_ exchange: Exchange, for driver: any ExchangeDriver) {
    self.exchange = exchange
    self.driver = driver
    times.requestedAt = stage.shard.loop.now
    let fetch = Fetch(passing: exchange)
    exchange.fetch = fetch
    stage.below.begin(fetch, for: self)
  }

  /// Lets go of the exchange, whose memory is its driver's again.
  private func end() -> (Exchange, any ExchangeDriver)? {
    guard let exchange = exchange.take(), let driver = driver.take() else { return nil }
    exchange.fetch = nil
    return (exchange, driver)
  }
}

extension CachePass: FetchReceiver {
  func interimCame(_ head: ResponseHead) {
    guard let exchange, !exchange.isAborted else { return }
    exchange.sink?.interim(head, for: exchange)
  }

  func responseCame(_ response: inout FetchedResponse) {
    guard let (exchange, driver) = end() else { return response.body.abandon() }
    times.receivedAt = stage.shard.loop.now
    times.receivedWall = stage.shard.loop.wallTime
    if maySettle, let head = stage.storable(response.head, to: exchange.request, times) {
      driver.workContinues(CacheAdoption(stage, response, head, times))
    } else if !exchange.request.method.isSafe, (200..<400).contains(response.head.status) {
      driver.workContinues(CacheInvalidation(stage, response, forwarding))
    } else {
      exchange.facts.cache = maySettle ? .miss : .bypass
      stage.respond(exchange, &response, CacheStage.ForwardStatus(forwarding: forwarding))
      driver.workEnded()
    }
  }

  func fetchFailed(_ failure: Failure) {
    if let (_, driver) = end() { driver.workFailed(failure) }
  }
}

extension CacheStage {
  /// Makes `fetched` the exchange's response as it is.
  func respond(_ exchange: Exchange, _ fetched: inout FetchedResponse, _ status: ForwardStatus) {
    exchange.response.status = fetched.head.status
    // The memory that the exchange had for fields is the connection's for its next response.
    swap(&exchange.response.fields, &fetched.head.fields)
    exchange.response.body = fetched.body
    exchange.response.contentLength = fetched.contentLength
    appendForwardStatus(exchange, status)
  }
}

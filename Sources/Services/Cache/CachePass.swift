// Requests that the cache only passes through.

import Exchange
import HTTP
import Primitives
import Runtime

/// Passes a request through to the layer below, without a task: events carry it on.
///
/// The loop keeps those that are over, with their memory.
final class CachePass: EventDrivenWork {
  /// Nil before the pass begins and after it has ended.
  private var driver: (any ExchangeDriver)?
  /// Its request is the fetch's meanwhile.
  // The driver keeps it until it is told of the end, and this is nil when that is let go of.
  private var exchange = UncountedReference<Exchange>(nil)
  // The same holds here.
  private var stage = UncountedReference<CacheStage>(nil)
  private var forwarding = Forwarding.bypass
  /// The key's responses could not be shared lately; one that can be stored by this policy is stored
  /// all the same. Nil if nothing may be.
  private var policy: CachePolicy?
  /// The request goes out changed.
  private var altersRequest = false
  private var fetch: Fetch
  private var times = ExchangeTimes(
    requestedAt: Instant(nanoseconds: 0), receivedAt: Instant(nanoseconds: 0),
    receivedWall: WallTime(seconds: 0))
  private var begunAt = Instant(nanoseconds: 0)
  private var start = FetchStart(sequence: 0, instant: Instant(nanoseconds: 0))

  init(on lane: Lane) {
    // Each request brings its own.
    let nobody = ClientFacts(address: SocketAddress(ipv4: 0, 0, 0, 0, port: 0))
    fetch = Fetch(request: RequestHead(), client: nobody, requestID: 0, parker: Parker(on: lane))
  }

  deinit {
    // Nobody told of the end: the driver goes after this.
    if driver != nil { letGo() }
  }

  /// Whether nobody but the pass itself has its fetch: a source may keep one a little longer.
  var ownsFetchAlone: Bool { isKnownUniquelyReferenced(&fetch) }

  /// Makes this, which is new or over, a pass of `stage`.
  func prepare(
    _ stage: CacheStage, _ forwarding: Forwarding, storing policy: CachePolicy?,
    altersRequest: Bool
  ) {
    self.stage = UncountedReference(stage)
    self.forwarding = forwarding
    self.policy = policy
    self.altersRequest = altersRequest
  }

  func begin(_ exchange: Exchange, for driver: any ExchangeDriver) {
    // First: across calls of functions the compiler counts each reference that it has read.
    let instant = SystemClock.monotonic
    begunAt = EventLoop.preciseNow
    self.exchange = UncountedReference(exchange)
    self.driver = driver
    fetch.take(from: exchange)
    exchange.fetch = UncountedReference(fetch)
    stage.with { begin(exchange, of: $0, at: instant) }
  }

  private func begin(_ exchange: Exchange, of stage: CacheStage, at instant: Instant) {
    times.requestedAt = stage.shard.now
    start = FetchStart(sequence: stage.zone.purgeSequence, instant: instant)
    if altersRequest, let policy {
      fetch.separate(from: exchange)
      stage.prepare(&fetch.request, policy)
    }
    stage.below.begin(fetch, for: self)
  }

  /// Makes `response` that of `exchange`; what is left to be done takes a task.
  private func settle(
    _ response: inout FetchedResponse, of exchange: Exchange, _ stage: CacheStage
  ) -> (any Suspension)? {
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

  /// The exchange is its driver's alone again, and so is its memory.
  private func letGo() {
    let now = EventLoop.preciseNow
    exchange.with {
      fetch.giveBack(to: $0)
      $0.fetch = UncountedReference(nil)
      $0.facts.originNanoseconds = now.nanoseconds(since: begunAt)
    }
    exchange = UncountedReference(nil)
  }

  /// Makes this ready for another request.
  private func end(_ stage: CacheStage) {
    self.stage = UncountedReference(nil)
    if policy != nil { policy = nil }
    stage.shard.keep(self)
  }
}

extension CachePass: FetchReceiver {
  func interimCame(_ head: ResponseHead) {
    guard let exchange = exchange.counted, !exchange.isAborted else { return }
    exchange.sink?.interim(head, for: exchange)
  }

  func responseCame(_ response: inout FetchedResponse) {
    guard let exchange = exchange.counted, let stage = stage.counted, let driver = driver.take()
    else { return response.body.abandon() }
    letGo()
    let rest = settle(&response, of: exchange, stage)
    end(stage)
    if let rest { driver.workContinues(rest) } else { driver.workEnded() }
  }

  func fetchFailed(_ failure: Failure) {
    guard let stage = stage.counted, let driver = driver.take() else { return }
    letGo()
    end(stage)
    driver.workFailed(failure)
  }
}

extension CacheStage {
  /// Passes the request through; a response that can be stored by `policy` is.
  func pass(
    _ forwarding: Forwarding, storing policy: CachePolicy? = nil, altersRequest: Bool = false
  ) -> Verdict {
    let pass = shard.takePass()
    pass.prepare(self, forwarding, storing: policy, altersRequest: altersRequest)
    return .start(pass)
  }

  /// Makes `fetched` the exchange's response as it is.
  func respond(_ exchange: Exchange, _ fetched: inout FetchedResponse, _ status: ForwardStatus) {
    exchange.response.status = fetched.head.status
    // The memory that the exchange had for fields is the connection's for its next response.
    swap(&exchange.response.fields, &fetched.head.fields)
    exchange.response.fields.removeTags()
    exchange.response.body = fetched.takeBody()
    exchange.response.contentLength = fetched.contentLength
    appendForwardStatus(exchange, status)
  }
}

// A zone on one loop: its snapshot, its pipeline, its counters.

import ContentCoding
import Exchange
import HTTP
import HTTPServer
import Origin
import Primitives
import Runtime
import TLS
import Tiers
import Zones

/// The mutable state of one zone on one loop. `ZoneActor` owns it; its loop calls it synchronously.
///
/// Confined to its loop. Requests in flight keep the pipeline that they began with; a changed
/// configuration is seen by the next request.
final class ZoneState: @unchecked Sendable {
  // Confined to its loop.
  let id: ZoneID
  let lane: Lane
  unowned let gateway: Gateway
  private(set) var snapshot: ZoneSnapshot
  /// The snapshot's, kept here because every request asks for them.
  private(set) var bounds: ZoneBounds
  private var isPaused: Bool
  /// Made with the first request: a zone of which only its DNS is asked needs neither.
  private var madePipeline: Pipeline?
  private var madeOrigin: Origin?
  /// What is asked before it; nil if nothing is.
  private var madeTiers: TierSource?
  /// Keeps this state: a cycle, which `retire` breaks.
  private var keptActor: ZoneActor?
  /// The names under which the loop's table lists the zone.
  var names: [[UInt8]] = []
  /// Where the gateway's list has the zone.
  var position = 0
  /// Made on the first handshake, off the loop.
  private(set) var tlsContext: TLSServerContext?
  /// Handshakes that wait for it.
  var handshakes: [any CertificateRequester] = []
  var counters = ZoneCounters()
  /// What the zone uses on all loops together.
  let use: ZoneUse
  /// Those of this loop.
  var connections: [any TenantConnection] = []
  /// Its encoders at work on this loop.
  let encoders = ZoneEncoders()
  /// Requests of this loop that are queued or wait for something.
  var exchangesInFlight = 0
  /// Bytes of responses that wait for clients.
  var waitingOutputBytes = 0
  /// Bytes of requests' content that wait for origins, or are on their way to them.
  var waitingInputBytes = 0
  var lastUsed: Instant
  /// Out of the gateway's tables: connections let go of the zone, and it goes with the last one.
  private(set) var isRetired = false

  init(_ snapshot: ZoneSnapshot, gateway: Gateway) {
    id = snapshot.id
    use = snapshot.use
    self.snapshot = snapshot
    bounds = snapshot.configuration.bounds
    isPaused = snapshot.configuration.isPaused
    self.gateway = gateway
    lane = Lane(
      loop: gateway.loop, name: snapshot.configuration.name,
      weight: UInt32(clamping: snapshot.configuration.weight))
    lastUsed = lane.loop.now
  }

  /// How the zone reaches its origins.
  private var origin: Origin {
    if let madeOrigin { return madeOrigin }
    let origin = Origin(
      snapshot.configuration.origins, policy: snapshot.configuration.originPolicy, lane: lane,
      resolver: gateway.resolver, zone: snapshot.id)
    // A cycle until the origin is closed, which that of a retired zone is not any more.
    if !isRetired { origin.tenant = self }
    madeOrigin = origin
    return origin
  }

  /// Where responses come from that the cache lacks.
  private var source: any ResponseSource {
    guard let peers = gateway.peers else { return origin }
    if let madeTiers { return madeTiers }
    let tiers = TierSource(
      peers, above: origin, zone: snapshot.configuration.name, lane: lane,
      choice: snapshot.configuration.tiers, patience: patience)
    // A cycle until they are closed, which those of a retired zone are not any more.
    if !isRetired { tiers.tenant = self }
    tiers.zoneID = snapshot.id
    madeTiers = tiers
    return tiers
  }

  /// As long as any of its origins may take.
  private var patience: TierPatience {
    let timeouts = snapshot.configuration.origins.map(\.timeouts)
    let connections = snapshot.configuration.originPolicy.retries + 1
    return TierPatience(
      answer: timeouts.map { $0.connect * connections + $0.firstByte }.max() ?? .zero,
      silence: timeouts.map(\.idle).max() ?? .zero)
  }

  private func closeSources() {
    madeOrigin?.close()
    madeTiers?.tenant = nil
    madeTiers = nil
  }

  /// What the next request goes through.
  var pipeline: Pipeline {
    if let madePipeline { return madePipeline }
    let pipeline = makePipeline()
    madePipeline = pipeline
    return pipeline
  }

  /// The next request sees `snapshot`.
  func adopt(_ snapshot: ZoneSnapshot) {
    let before = self.snapshot
    self.snapshot = snapshot
    bounds = snapshot.configuration.bounds
    isPaused = snapshot.configuration.isPaused
    lane.weight = UInt32(clamping: snapshot.configuration.weight)
    tlsContext = nil
    if before.configuration.origins != snapshot.configuration.origins
      || before.configuration.originPolicy != snapshot.configuration.originPolicy
      || before.configuration.tiers != snapshot.configuration.tiers
    {
      closeSources()
      madeOrigin = nil
    }
    madePipeline = nil
  }

  /// The zone is no more: what is in flight ends, nothing new begins.
  func retire() {
    isRetired = true
    keptActor = nil
    closeSources()
    contextMade(nil, of: snapshot)
    if !connections.isEmpty { ZoneRetirement(self).enqueue() }
  }

  func isIdle(for nanoseconds: UInt64) -> Bool {
    exchangesInFlight == 0 && connections.isEmpty
      && lane.loop.now.nanoseconds(since: lastUsed) >= nanoseconds
  }

  private func makePipeline() -> Pipeline {
    Pipeline(
      Pipeline.Context(
        snapshot: snapshot, zone: self, shard: gateway.shard, source: source))
  }

  /// The certificates of `snapshot` were read; handshakes go on.
  func contextMade(_ context: TLSServerContext?, of snapshot: ZoneSnapshot) {
    if snapshot === self.snapshot && !isRetired { tlsContext = context }
    let waiting = handshakes
    handshakes.removeAll()
    for handshake in waiting {
      handshake.certificateFound(context.map { .use($0, lane) } ?? .unrecognizedName)
    }
  }

  /// Who waits for what requests need. Of a retired zone it lives as long as the request.
  var actor: ZoneActor {
    if let keptActor { return keptActor }
    let actor = ZoneActor(self)
    if !isRetired { keptActor = actor }
    return actor
  }

  // MARK: - Serving

  /// Serves one request on the zone's lane: at once if the lane is idle and in credit, else on its
  /// turn.
  func serve(_ exchange: Exchange) -> Handling {
    // Also if a handshake has brought the connection to the lane already: it is counted here.
    guard exchange.sink?.serve(exchange, on: lane, for: self) ?? false else {
      return shed(exchange, "too many connections")
    }
    if exchange.lane !== lane {
      let isFree = lane.isIdleInCredit
      exchange.move(to: lane)
      guard isFree else {
        return enqueue(exchange) ? .pending : shed(exchange, "too many requests in flight")
      }
      lane.loop.charge(lane)
    }
    lastUsed = lane.loop.now
    if isPaused { return pausedPage(exchange) }
    if exchange.requestBody != nil {
      let limit = UInt64(bounds.requestBodyBytes)
      exchange.requestBodyLimit = limit
      if let length = exchange.requestBodyLength, length > limit {
        return refuseBody(exchange, limit)
      }
    }
    counters.requests += 1
    lane.ledger.requests += 1
    let pipeline = pipeline
    switch pipeline.run(exchange) {
    case .responded: return responded(exchange, pipeline)
    case .started(let work, let next):
      return fetch(exchange, pipeline) { $0.begin(work, next: next) }
    case .suspended(let work, let next):
      return fetch(exchange, pipeline) { $0.begin(work, next: next) }
    case .unanswered:
      ErrorPage.render(Failure(.internalError, "no stage answered"), for: exchange)
      return responded(exchange, pipeline)
    }
  }

  private func responded(_ exchange: Exchange, _ pipeline: Pipeline) -> Handling {
    pipeline.complete(exchange)
    // Asked first: looking at the body copies it.
    if !exchange.response.isBodyComplete(), case .stream(let source) = exchange.response.body {
      return deliver(exchange, source, pipeline)
    }
    count(exchange)
    return .responded
  }

  /// A stage after the source made a stream of what was in memory: a task sends it.
  private func deliver(
    _ exchange: Exchange, _ source: any BodySource, _ pipeline: Pipeline
  ) -> Handling {
    guard keepsInFlight(exchange) else {
      source.abandon()
      return shed(exchange, "too many requests in flight")
    }
    task(exchange, pipeline).deliver()
    return .pending
  }

  /// What comes from elsewhere needs room while it waits for its client; what is in memory does not.
  private func fetch(
    _ exchange: Exchange, _ pipeline: Pipeline, _ begin: (ZoneTask) -> Void
  ) -> Handling {
    guard hasOutputRoom else { return shed(exchange, "too much waits for slow clients") }
    guard keepsInFlight(exchange) else { return shed(exchange, "too many requests in flight") }
    begin(task(exchange, pipeline))
    return .pending
  }

  private func task(_ exchange: Exchange, _ pipeline: Pipeline) -> ZoneTask {
    let task = gateway.takeTask()
    task.prepare(exchange, of: self, pipeline)
    return task
  }

  private func pausedPage(_ exchange: Exchange) -> Handling {
    ErrorPage.render(Failure(.paused), for: exchange)
    return responded(exchange, pipeline)
  }

  private func refuseBody(_ exchange: Exchange, _ limit: UInt64) -> Handling {
    ErrorPage.render(
      Failure(.requestTooLarge, "the zone takes at most \(limit) bytes"), for: exchange)
    return responded(exchange, pipeline)
  }

  /// The zone is over one of its bounds: only it is refused.
  private func shed(_ exchange: Exchange, _ reason: String) -> Handling {
    counters.shed += 1
    ErrorPage.render(Failure(.overloaded, reason), for: exchange)
    return .responded
  }

  func count(_ exchange: Exchange) {
    counters.count(
      exchange,
      nanoseconds: EventLoop.preciseNow.nanoseconds(since: exchange.facts.begunAt))
  }
}

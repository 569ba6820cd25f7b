// Asks origins whether they are well.

import Exchange
import HTTP
import Primitives
import Runtime

/// Sends each of a zone's origins its health check now and then, as long as the zone is in memory on this
/// loop. The zone's lane pays.
///
/// Confined to its loop.
final class HealthProber: LoopWork, @unchecked Sendable {
  // Confined to its loop.
  private let check: OriginHealthCheck
  private weak var origin: Origin?
  private var probes: [HealthProbe] = []

  init(_ check: OriginHealthCheck, of origin: Origin) {
    self.check = check
    self.origin = origin
    super.init(on: origin.lane)
    // What follows from a change has its turn before.
    enqueue()
  }

  override func run() {
    guard let origin else { return }
    if probes.isEmpty {
      probes = origin.pool.servers.map { HealthProbe(check, of: $0, on: origin.lane) }
    }
    for probe in probes { probe.begin(at: origin) }
    setDeadline(loop.now + check.interval)
  }

  func stop() {
    origin = nil
    setDeadline(.never)
    for probe in probes { probe.stop() }
  }
}

/// The health check of one origin: at most one request at a time.
private final class HealthProbe: LoopWork, FetchReceiver, @unchecked Sendable {
  // Confined to its loop.
  private let check: OriginHealthCheck
  private let server: OriginServer
  private let maker = OriginFetch()
  /// The request that is under way.
  private var fetch: Fetch?

  init(_ check: OriginHealthCheck, of server: OriginServer, on lane: Lane) {
    self.check = check
    self.server = server
    super.init(on: lane)
  }

  func begin(at origin: Origin) {
    guard fetch == nil else { return }
    var request = RequestHead()
    request.method = .get
    request.path = Array(check.path.utf8)
    request.authority = authority
    request.fields.append(.userAgent, "skerry health check")
    request.fields.append(.accept, "*/*")
    let fetch = Fetch(
      request: request, client: ClientFacts(address: SocketAddress(ipv4: 127, 0, 0, 1, port: 0)),
      requestID: 0, parker: Parker(on: lane))
    self.fetch = fetch
    setDeadline(loop.now + check.timeout)
    maker.begin(fetch, at: origin, probing: server, for: self)
  }

  func stop() {
    setDeadline(.never)
    fetch?.cancel()
  }

  private var authority: [UInt8] {
    if let host = check.host { return Array(host.utf8) }
    let configuration = server.configuration
    if let given = server.authority { return given }
    let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    let isUsual = configuration.port == configuration.scheme.port
    return Array((isUsual ? host : "\(host):\(configuration.port)").utf8)
  }

  override func deadlineReached() { fetch?.cancel() }

  func interimCame(_ head: ResponseHead) {}

  func responseCame(_ response: inout FetchedResponse) {
    response.body.abandon()
    end(isGood: check.statuses.contains(Int(response.head.status)))
  }

  func fetchFailed(_ failure: Failure) {
    // That all connections are in use tells nothing of the origin.
    end(isGood: failure.kind == .connectionLimitReached ? nil : false)
  }

  private func end(isGood: Bool?) {
    fetch = nil
    setDeadline(.never)
    if let isGood { server.active.note(isGood: isGood, check) }
  }
}

// Requests of one loop to the object store.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Asks an object store on behalf of one loop: signs, picks an endpoint that is well, tries the next one if
/// that fails in time.
///
/// Confined to its loop.
final class StoreClient: @unchecked Sendable {
  // Confined to its loop.
  private let connections: [StoreConnections]
  private let signer: RequestSigner
  private let bucket: String
  private let loop: EventLoop
  private let note: @Sendable (ReserveEndpoint, StoreFault) -> Void

  /// How long an answer may take.
  struct Patience: Sendable {
    /// Until its head has come, from all endpoints that are tried.
    let head: Duration
    /// From then on.
    let body: Duration
  }

  /// `note` is told of each failure of an endpoint.
  init(
    _ configuration: ReserveConfiguration, _ endpoints: [SharedEndpoint], on lane: Lane,
    _ security: StoreSecurity, note: @escaping @Sendable (ReserveEndpoint, StoreFault) -> Void
  ) {
    loop = lane.loop
    bucket = configuration.bucket
    signer = RequestSigner(
      credentials: configuration.credentials, region: configuration.region)
    connections = endpoints.map { StoreConnections($0, on: lane, security) }
    self.note = note
  }

  /// Whether all endpoints are left alone now.
  var isResting: Bool {
    connections.allSatisfy { $0.shared.health.withLock { $0.isResting(now: loop.now) } }
  }

  /// The store's answer; an error of its own is thrown, but that there is no such object. From a task;
  /// waits on `parker`.
  func answer(
    _ request: StoreRequest, _ patience: Patience, _ parker: Parker
  ) async throws(StoreFault) -> StoreAnswer {
    let deadline = loop.preciseNow + patience.head
    var last = StoreFault.resting
    let well = connections.filter { !$0.shared.health.withLock { $0.isResting(now: loop.now) } }
    for (index, endpoint) in well.enumerated() {
      let now = loop.preciseNow
      guard now < deadline else { break }
      guard endpoint.shared.health.withLock({ $0.admits(now: now) }) else { continue }
      // Each of those that are left has its part of the time.
      let share = deadline.nanoseconds(since: now) / UInt64(well.count - index)
      do throws(StoreFault) {
        let answer = try await ask(
          endpoint, request, until: now.advanced(byNanoseconds: share), patience.body, parker)
        endpoint.shared.health.withLock { $0.succeeded() }
        return answer
      } catch {
        guard error.blamesEndpoint else { throw error }
        note(endpoint.shared.endpoint, error)
        let now = loop.preciseNow
        endpoint.shared.health.withLock { $0.failed(now: now) }
        last = error
      }
    }
    throw last
  }

  /// One endpoint's answer. A connection that was old and is found closed costs another attempt on a new
  /// one, and a clock that differs one with the store's time: all that is asked here may be asked twice.
  private func ask(
    _ endpoint: StoreConnections, _ request: StoreRequest, until deadline: Instant,
    _ bodyPatience: Duration, _ parker: Parker
  ) async throws(StoreFault) -> StoreAnswer {
    var answer: StoreAnswer
    if let connection = endpoint.takeIdle() {
      do throws(StoreFault) {
        answer = try await exchange(
          request, on: connection, endpoint, until: deadline, bodyPatience, parker)
      } catch {
        guard case .connection = error, connection.progress != .responseBegan else { throw error }
        answer = try await askAnew(endpoint, request, until: deadline, bodyPatience, parker)
      }
    } else {
      answer = try await askAnew(endpoint, request, until: deadline, bodyPatience, parker)
    }
    if answer.status == 403, answer.code == "RequestTimeTooSkewed" {
      try adjust(endpoint, to: answer)
      answer = try await askAnew(endpoint, request, until: deadline, bodyPatience, parker)
    }
    if let fault = answer.fault { throw fault }
    return answer
  }

  private func askAnew(
    _ endpoint: StoreConnections, _ request: StoreRequest, until deadline: Instant,
    _ bodyPatience: Duration, _ parker: Parker
  ) async throws(StoreFault) -> StoreAnswer {
    let left = deadline.nanoseconds(since: loop.preciseNow)
    guard left > 0 else { throw .timedOut }
    let connection = try await endpoint.open(within: .nanoseconds(left), parker)
    return try await exchange(
      request, on: connection, endpoint, until: deadline, bodyPatience, parker)
  }

  private func exchange(
    _ request: StoreRequest, on connection: HTTP1ClientConnection, _ endpoint: StoreConnections,
    until deadline: Instant, _ bodyPatience: Duration, _ parker: Parker
  ) async throws(StoreFault) -> StoreAnswer {
    let shared = endpoint.shared
    var request = request
    // Without TLS nothing else says that the body has come as it was sent.
    if shared.endpoint.isTLS, !request.body.isEmpty { request.bodyDigest = nil }
    let time = WallTime(seconds: loop.wallTime.seconds + shared.skew.withLock { $0 })
    guard
      let head = signer.head(
        of: request, bucket: bucket, authority: shared.endpoint.authority, at: time)
    else {
      connection.close()
      throw .unsigned
    }
    var sent = ClientRequest()
    sent.head = head
    if !request.body.isEmpty { sent.body = .bytes(request.body) }
    sent.timeouts.firstByte = .nanoseconds(deadline.nanoseconds(since: loop.now))
    sent.timeouts.betweenBytes = ReserveLimits.silence
    let exchange = StoreExchange(parker)
    let response = try await exchange.head(of: &sent, on: connection, until: deadline)
    let body = try await exchange.body(
      of: response, limit: request.answerBytes, until: loop.preciseNow + bodyPatience)
    return StoreAnswer(status: response.head.status, fields: response.head.fields, body: body)
  }

  /// Takes the store's clock for signatures from now on.
  private func adjust(_ endpoint: StoreConnections, to answer: StoreAnswer) throws(StoreFault) {
    guard let date = answer.date(now: loop.wallTime) else { throw .malformed }
    let skew = date.seconds - loop.wallTime.seconds
    guard skew.magnitude <= ReserveLimits.skewSeconds.magnitude else { throw .skewed(skew) }
    endpoint.shared.skew.withLock { $0 = skew }
  }
}

// One fetch on its way: its attempts, one after the other.

import Exchange
import HTTP
import HTTPClient
import Primitives
import Runtime

/// Makes one fetch: chooses an origin, sends the request, tries again where that is safe.
///
/// An attempt on an idle connection is made by events alone. A task runs only while something must be
/// waited for before the request can be sent (its content, a connection), and for HTTP/2. Confined to
/// its loop; kept for the next fetch with its memory.
final class OriginFetch: FetchMaker, @unchecked Sendable {
  // Confined to its loop.
  /// Nil between fetches, and until the first attempt is under way.
  private var job: Job?
  private var stage = Stage.idle
  private var attempts = FetchAttempts(isIdempotent: true, retries: 0, origins: 1)
  private var request = ClientRequest()

  /// In the stage `head`, as the next.
  // The loop keeps a connection until it tells of its failure, which ends the stage.
  private var connection = UncountedReference<HTTP1ClientConnection>(nil)
  /// Where it leads.
  // The origin of the job keeps its servers.
  private var server = UncountedReference<OriginServer>(nil)

  /// What is fetched, by whose connections, for whom.
  private struct Job: @unchecked Sendable {
    // Stays on the loop of its lane.
    let origin: Origin
    let fetch: Fetch
    let receiver: any FetchReceiver
    /// The origin whose health is asked for: the fetch goes there, and says nothing beyond its answer.
    let probed: OriginServer?
  }

  /// What is waited for.
  private enum Stage {
    case idle
    /// The head of a response on `connection`.
    case head
    /// A task, which waits there.
    case task(Parker)
  }

  /// What a task begins with.
  private enum Step: @unchecked Sendable {
    // Stays on the loop of its lane.
    case content
    /// An attempt at that origin, or at the one that is next.
    case attempt(OriginServer?)
    case failure(OriginFault)
  }

  /// Begins; `receiver` hears of the outcome later.
  func begin(
    _ fetch: Fetch, at origin: Origin, probing probed: OriginServer? = nil,
    for receiver: any FetchReceiver
  ) {
    precondition(job == nil)
    let job = Job(origin: origin, fetch: fetch, receiver: receiver, probed: probed)
    fetch.maker = UncountedReference(self)
    attempts = FetchAttempts(
      isIdempotent: fetch.request.method.isIdempotent, retries: origin.policy.retries,
      origins: origin.pool.servers.count)
    begin(job)
    // Last, so that it is moved here and not copied: nothing that `begin` starts ends during the call.
    assert({ if case .idle = stage { false } else { true } }())
    self.job = job
  }

  /// Makes the first attempt, at once if nothing must be waited for.
  private func begin(_ job: Job) {
    guard job.fetch.body == nil, job.fetch.upgradedInput == nil else {
      return startTask(.content, job)
    }
    let server = choose(job)
    guard let connection = job.origin.pool.idle(server, wish(job)) else {
      return startTask(.attempt(server), job)
    }
    prepare(job, for: server)
    do throws(OriginFault) {
      try send(job, on: connection, of: server)
    } catch {
      // The receiver is not told during this call.
      startTask(goesOn(after: error, job) ? .attempt(nil) : .failure(error), job)
    }
  }

  override func cancel() {
    switch stage {
    case .idle: break
    case .head: connection.counted?.cancel()
    case .task(let parker): parker.cancel()
    }
  }

  // MARK: - An attempt

  private func choose(_ job: Job) -> OriginServer {
    job.probed ?? job.origin.choose(&attempts)
  }

  private func wish(_ job: Job) -> OriginLease.Wish {
    OriginLease.Wish(
      isFresh: attempts.needsFreshConnection,
      mustBeOpen: !attempts.isIdempotent,
      needsHTTP1: request.upgradedInput != nil || attempts.needsHTTP1)
  }

  private func prepare(_ job: Job, for server: OriginServer) {
    attempts.begin()
    if job.probed == nil { server.health.begin(now: job.origin.lane.loop.now) }
    request.timeouts = server.timeouts
    ForwardedHead(
      pseudonym: job.origin.policy.pseudonym, authority: server.authority, isTLS: server.isTLS,
      asksUpgrade: request.upgradedInput != nil, awaitsContinue: request.awaitsContinue
    ).write(job.fetch, into: &request.head)
  }

  /// Sends the request; the response comes by events.
  private func send(
    _ job: Job, on connection: HTTP1ClientConnection, of server: OriginServer
  ) throws(OriginFault) {
    noteLease(isReused: connection.exchangeCount > 0, job)
    do throws(HTTPClientError) {
      try connection.begin(&request, for: self)
      self.connection = UncountedReference(connection)
      self.server = UncountedReference(server)
      stage = .head
    } catch {
      attempts.progress = connection.progress
      noteFailure(.client(error), of: server, job)
      throw .client(error)
    }
  }

  private func noteLease(isReused: Bool, _ job: Job) {
    attempts.leased(isReused: isReused, request)
    if !isReused { job.origin.counts.connections += 1 }
  }

  /// What a failed attempt says of the origin's health.
  private func noteFailure(_ fault: OriginFault, of server: OriginServer, _ job: Job) {
    guard job.probed == nil else { return }
    // A connection that had grown stale, or went away after use, says nothing of the origin.
    let isStale =
      attempts.isReused && attempts.progress != .responseBegan && fault.isOfOldConnection
    if fault.blamesOrigin && !isStale {
      server.health.fail(now: job.origin.lane.loop.now)
    } else {
      server.health.cancel()
    }
  }

  private func goesOn(after fault: OriginFault, _ job: Job) -> Bool {
    guard attempts.goesOn(after: fault) else { return false }
    job.origin.counts.retries += 1
    return true
  }

  // MARK: - The task

  private func startTask(_ step: Step, _ job: Job) {
    let parker = Parker(on: job.origin.lane)
    stage = .task(parker)
    // No capture list: the closure would lose the lane's isolation.
    job.origin.lane.start { await self.run(step, job, parker) }
  }

  private func run(_ step: Step, _ job: Job, _ parker: Parker) async {
    do throws(OriginFault) {
      var server: OriginServer?
      switch step {
      case .content: try await takeContent(job, parker)
      case .attempt(let chosen): server = chosen
      case .failure(let fault): throw fault
      }
      while try await !attempt(at: server ?? choose(job), job, parker) {
        server = nil
      }
    } catch {
      fail(error, job)
    }
  }

  /// Makes an attempt; false if another one is to follow.
  private func attempt(
    at server: OriginServer, _ job: Job, _ parker: Parker
  ) async throws(OriginFault) -> Bool {
    do throws(OriginFault) {
      prepare(job, for: server)
      switch try await lease(server, job, parker) {
      case .http1(let connection): try send(job, on: connection, of: server)
      case .http2(let connection): try await exchange(job, on: connection, of: server, parker)
      }
      return true
    } catch {
      if goesOn(after: error, job) { return false }
      throw error
    }
  }

  private func lease(
    _ server: OriginServer, _ job: Job, _ parker: Parker
  ) async throws(OriginFault) -> OriginLease {
    do throws(OriginFault) {
      return try await job.origin.pool.lease(server, wish(job), parker: parker)
    } catch {
      noteFailure(error, of: server, job)
      throw error
    }
  }

  private func exchange(
    _ job: Job, on connection: HTTP2ClientConnection, of server: OriginServer, _ parker: Parker
  ) async throws(OriginFault) {
    noteLease(isReused: connection.exchangeCount > 0, job)
    var request = request
    request.interim = { self.interimCame($0) }
    request.tenant = job.origin.tenant
    do throws(HTTPClientError) {
      var response = try await connection.exchange(request, parker: parker)
      complete(&response, of: server, job)
    } catch {
      attempts.progress = HTTP2ClientConnection.progress(of: error)
      noteFailure(.client(error), of: server, job)
      throw .client(error)
    }
  }

  private func takeContent(_ job: Job, _ parker: Parker) async throws(OriginFault) {
    do throws(Failure) {
      try await attempts.gatherBody(job.fetch, into: &request, parker)
      attempts.addUpgrade(job.fetch, to: &request)
    } catch {
      throw .failure(error)
    }
  }

  // MARK: - The outcome

  private func complete(_ response: inout FetchedResponse, of server: OriginServer, _ job: Job) {
    if job.probed == nil {
      server.health.answer(
        response.head.status, patience: job.origin.policy.gatewayErrorsBeforeEjection,
        now: job.origin.lane.loop.now)
    }
    job.origin.complete(&response.head)
    end(job)
    job.receiver.responseCame(&response)
  }

  private func fail(_ fault: OriginFault, _ job: Job) {
    let failure = fault.failure(isRetryable: attempts.progress == .nothingSent)
    if job.probed == nil { job.origin.counts.failures += 1 }
    end(job)
    job.receiver.fetchFailed(failure)
  }

  /// Makes this as new, for the next fetch.
  private func end(_ job: Job) {
    job.fetch.maker = UncountedReference(nil)
    self.job = nil
    stage = .idle
    connection = UncountedReference(nil)
    server = UncountedReference(nil)
    request.body = .none
    request.awaitsContinue = false
    if request.upgradedInput != nil { request.upgradedInput = nil }
    if job.probed == nil { job.origin.keep(self) }
  }
}

extension OriginFetch: ClientResponseReceiver {
  func interimCame(_ head: ResponseHead) {
    guard let job else { return }
    var head = head
    job.origin.complete(&head)
    job.receiver.interimCame(head)
  }

  func responseCame(_ response: inout FetchedResponse) {
    guard case .head = stage, let server = server.counted, let job = job.take() else {
      return response.body.abandon()
    }
    complete(&response, of: server, job)
  }

  func exchangeFailed(_ error: HTTPClientError) {
    guard let job, case .head = stage, let connection = connection.counted,
      let server = server.counted
    else { return }
    attempts.progress = connection.progress
    noteFailure(.client(error), of: server, job)
    if goesOn(after: .client(error), job) {
      startTask(.attempt(nil), job)
    } else {
      fail(.client(error), job)
    }
  }
}

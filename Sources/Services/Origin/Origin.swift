// The last source: a zone's origins.

package import Exchange
import HTTP
import HTTPClient
import Primitives
package import Runtime

/// Makes requests to the origins of one zone, on one loop: picks one, forwards the request, tries
/// again where that is safe, and hands back the response as a stream.
///
/// Confined to its loop. A changed configuration makes a new `Origin`; the old one is closed, and
/// what is under way ends there.
package final class Origin: ResponseSource, @unchecked Sendable {
  // Confined to its loop.
  private let pool: OriginPool
  private let policy: OriginPolicy
  private let lane: Lane
  private var order: WeightedRoundRobin
  private var dates = HTTPDateCache()
  /// Heads kept for their memory.
  private var spareHeads: [RequestHead] = []
  /// Counts of what happened, for the zone's metrics.
  package private(set) var counts = OriginCounts()

  /// Origins of the zone whose lane `lane` is. `servers` is not empty.
  package init(
    _ servers: [OriginConfiguration], policy: OriginPolicy = OriginPolicy(), lane: Lane,
    resolver: OriginResolver
  ) {
    precondition(!servers.isEmpty)
    self.policy = policy
    self.lane = lane
    order = WeightedRoundRobin(weights: servers.map { max(1, $0.weight) })
    pool = OriginPool(
      servers.map { OriginServer($0) }, policy: policy, lane: lane, resolver: resolver)
  }

  /// Closes idle connections now and the others after their exchange.
  package func close() { pool.close() }

  /// Asks origins until one answers or nothing more may be tried. Waits on the fetch's parker.
  package func fetch(_ fetch: Fetch) async throws(Failure) -> FetchedResponse {
    counts.fetches += 1
    var attempts = FetchAttempts(fetch, policy: policy)
    var request = ClientRequest()
    if let head = spareHeads.popLast() { request.head = head }
    defer { if spareHeads.count < Self.spareLimit { spareHeads.append(request.head) } }
    try await attempts.gatherBody(fetch, into: &request)
    attempts.addUpgrade(fetch, to: &request)
    while true {
      let server = choose(&attempts)
      prepare(&request, fetch, for: server)
      do throws(OriginFault) {
        var response = try await attempt(request, at: server, fetch, &attempts)
        ResponseFields.prepare(
          &response.head, pseudonym: policy.pseudonym, now: lane.loop.wallTime, dates: &dates)
        return response
      } catch {
        guard attempts.goesOn(after: error) else {
          counts.failures += 1
          throw error.failure(isRetryable: attempts.progress == .nothingSent)
        }
        counts.retries += 1
      }
    }
  }

  // MARK: - One attempt

  private func attempt(
    _ request: borrowing ClientRequest, at server: OriginServer, _ fetch: Fetch,
    _ attempts: inout FetchAttempts
  ) async throws(OriginFault) -> FetchedResponse {
    attempts.begin()
    server.health.begin(now: lane.loop.now)
    do throws(OriginFault) {
      let lease = try await pool.lease(
        server,
        OriginLease.Wish(
          isFresh: attempts.needsFreshConnection,
          mustBeOpen: !fetch.request.method.isIdempotent,
          needsHTTP1: request.upgradedInput != nil || attempts.needsHTTP1),
        parker: fetch.parker)
      attempts.leased(isReused: lease.isReused, request)
      let response = try await exchange(request, on: lease, fetch.parker, &attempts)
      server.health.succeed()
      return response
    } catch {
      // A connection that had grown stale says nothing of the origin.
      let isStale = attempts.isReused && attempts.progress != .responseBegan
      if error.blamesOrigin && !isStale {
        server.health.fail(now: lane.loop.now)
      } else {
        server.health.cancel()
      }
      throw error
    }
  }

  private func exchange(
    _ request: borrowing ClientRequest, on lease: OriginLease, _ parker: Parker,
    _ attempts: inout FetchAttempts
  ) async throws(OriginFault) -> FetchedResponse {
    if !lease.isReused { counts.connections += 1 }
    do throws(HTTPClientError) {
      return try await lease.exchange(request, parker: parker)
    } catch {
      attempts.progress = lease.progress(of: error)
      throw .client(error)
    }
  }

  private func prepare(_ request: inout ClientRequest, _ fetch: Fetch, for server: OriginServer) {
    let timeouts = server.configuration.timeouts
    request.timeouts.connect = timeouts.connect
    request.timeouts.firstByte = timeouts.firstByte
    request.timeouts.betweenBytes = timeouts.idle
    request.interim = fetch.interim
    ForwardedHead(
      pseudonym: policy.pseudonym, authority: server.authority,
      isTLS: server.configuration.scheme == .https, asksUpgrade: request.upgradedInput != nil,
      awaitsContinue: request.awaitsContinue
    ).write(fetch, into: &request.head)
  }

  // MARK: - Choosing

  /// The next origin that is well and has not been tried; if there is none, the one that has been
  /// ejected for longest: a bad answer is better than none.
  private func choose(_ attempts: inout FetchAttempts) -> OriginServer {
    let servers = pool.servers
    if let again = attempts.sameServer { return servers[again] }
    let now = lane.loop.now
    let current = attempts
    let index =
      order.next { servers[$0].health.admits(now: now) && !current.hasTried($0) }
      ?? order.next { !current.hasTried($0) && servers[$0].health.ejection == nil }
      ?? servers.indices.min {
        let first = (current.hasTried($0), servers[$0].health.ejection ?? now)
        let second = (current.hasTried($1), servers[$1].health.ejection ?? now)
        return first.0 == second.0 ? first.1 < second.1 : !first.0
      } ?? 0
    attempts.chose(index)
    return servers[index]
  }

  private static let spareLimit = 64
}

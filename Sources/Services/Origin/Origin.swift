// The last source: a zone's origins.

package import Exchange
import HTTP
import HTTPClient
package import Primitives
package import Runtime

/// Makes requests to the origins of one zone, on one loop: picks one, forwards the request, tries
/// again where that is safe, and hands back the response as a stream.
///
/// Confined to its loop. A changed configuration makes a new `Origin`; the old one is closed, and
/// what is under way ends there.
package final class Origin: ResponseSource, @unchecked Sendable {
  // Confined to its loop.
  let pool: OriginPool
  let policy: OriginPolicy
  let lane: Lane
  private var order: WeightedRoundRobin
  private var dates = HTTPDateCache()
  /// Kept for their memory.
  private var spareFetches: [OriginFetch] = []
  private var prober: HealthProber?
  private var isMeasuring = false
  /// Whom what waits for clients counts for; until the origin is closed.
  package var tenant: (any ContentTenant)?
  /// Counts of what happened, for the zone's metrics.
  package internal(set) var counts = OriginCounts()

  /// Origins of `zone`, whose lane `lane` is. `servers` is not empty.
  package init(
    _ servers: [OriginConfiguration], policy: OriginPolicy = OriginPolicy(), lane: Lane,
    resolver: OriginResolver, zone: ZoneID
  ) {
    precondition(!servers.isEmpty)
    self.policy = policy
    self.lane = lane
    order = WeightedRoundRobin(weights: servers.map { max(1, $0.weight) })
    pool = OriginPool(
      servers.map { OriginServer($0) }, policy: policy, lane: lane, resolver: resolver,
      zone: zone)
    if let check = policy.healthCheck { prober = HealthProber(check, of: self) }
  }

  /// Closes idle connections now and the others after their exchange.
  package func close() {
    prober?.stop()
    tenant = nil
    pool.close()
  }

  /// Asks origins until one answers or nothing more may be tried.
  package func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    counts.fetches += 1
    (spareFetches.popLast() ?? OriginFetch()).begin(fetch, at: self, for: receiver)
  }

  package var roundTripNanoseconds: UInt64? { pool.roundTrips.value }

  /// Opens a connection to each of the origins, which the next requests use.
  package func measure() {
    guard !isMeasuring, !pool.isClosed else { return }
    isMeasuring = true
    lane.start { await self.measureAll() }
  }

  private func measureAll() async {
    await pool.measure(Parker(on: lane))
    isMeasuring = false
  }

  /// Takes back a fetch that has ended.
  func keep(_ fetch: OriginFetch) {
    if spareFetches.count < OriginLimits.spareFetches { spareFetches.append(fetch) }
  }

  /// Makes an origin's head what the next layer gets.
  func complete(_ head: inout ResponseHead) {
    ResponseFields.prepare(
      &head, pseudonym: policy.pseudonym, now: lane.loop.wallTime, dates: &dates)
  }

  /// The next origin that is well and has not been tried; if there is none, one that is not by its health
  /// checks alone, then the one that has been ejected for longest: a bad answer is better than none.
  func choose(_ attempts: inout FetchAttempts) -> OriginServer {
    let servers = pool.servers
    if let again = attempts.sameServer { return servers[again] }
    let now = lane.loop.now
    let current = attempts
    let index =
      order.next { servers[$0].admits(now: now) && !current.hasTried($0) }
      ?? order.next { servers[$0].health.admits(now: now) && !current.hasTried($0) }
      ?? order.next { !current.hasTried($0) && servers[$0].health.ejection == nil }
      ?? servers.indices.min {
        let first = (current.hasTried($0), servers[$0].health.ejection ?? now)
        let second = (current.hasTried($1), servers[$1].health.ejection ?? now)
        return first.0 == second.0 ? first.1 < second.1 : !first.0
      } ?? 0
    attempts.chose(index)
    return servers[index]
  }
}

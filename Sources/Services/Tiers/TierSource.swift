// Parents before the origin.

package import Exchange
import HTTP
package import Primitives
package import Runtime

/// Asks this server's peers for what the cache lacks, and the origin for all else and where no peer answers.
/// One per zone and loop, between the cache and the origin.
///
/// Confined to its loop.
package final class TierSource: ResponseSource, @unchecked Sendable {
  // Confined to its loop.
  let network: PeerNetwork
  let origin: any ResponseSource
  let lane: Lane
  private let zone: String
  private let choice: TierChoice
  let patience: TierPatience
  /// What the zone's own order of PoPs comes to, of which of the network's routes.
  private var chosen: (generation: Int, above: [ServerRanking]?, namesUpper: Bool)?
  /// Of its requests those that are with peers.
  var exchanges = 0
  /// The PoPs that ask the zone's origin through another, and by what.
  private var found: (version: UInt64, generation: Int, detours: [Int: Int])?
  /// When the way to the origin is measured next.
  private var measuresAt = Instant(nanoseconds: 0)
  /// What it was last.
  private var measured: UInt64?
  /// What the zone may hedge: what it does not make requests for it leaves to the others.
  private var hedges = HedgeBudget(burst: TierLimits.zoneHedgeBurst)
  /// Whom content counts for that waits to be read; until the zone lets go of its sources.
  package var tenant: (any ContentTenant)?
  /// Whose lane on another loop works for it, where that has the connections.
  package var zoneID: ZoneID?

  /// The source of the zone of that name whose lane `lane` is and whose word is `choice`; `origin` is what is
  /// behind the peers, which are waited for with that `patience`.
  package init(
    _ network: PeerNetwork, above origin: any ResponseSource, zone: String, lane: Lane,
    choice: TierChoice, patience: TierPatience = TierPatience()
  ) {
    self.zone = zone
    self.patience = patience
    self.choice = choice
    self.network = network
    self.origin = origin
    self.lane = lane
  }

  /// Those above that the zone's requests go to.
  var above: [ServerRanking] {
    choose()
    return chosen?.above ?? network.above
  }

  /// Whether the zone names PoPs of the upper tier, each of which is a ring of its own then.
  var sharesByPoP: Bool {
    choose()
    return chosen?.namesUpper ?? false
  }

  private func choose() {
    guard case .custom(let names) = choice, chosen?.generation != network.generation else { return }
    let route = network.route
    chosen = (network.generation, route.above(names), route.namesUpper(names))
  }

  /// The zone's requests go to nobody but its origin.
  var isFlat: Bool { choice == .flat }

  /// Asks peers if they may have it, else the origin.
  package func begin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    guard network.hasRoom(for: self), let request = TierFetch(fetch, at: self, for: receiver) else {
      return askOrigin(fetch, for: receiver)
    }
    request.begin()
  }

  /// Asks the origin, which hears nothing of peers.
  func askOrigin(_ fetch: Fetch, for receiver: any FetchReceiver) {
    if fetch.request.fields.contains(.skerryPeer) { fetch.request.fields.remove(.skerryPeer) }
    fetch.asksPeers?(false)
    origin.begin(fetch, for: receiver)
  }

  // MARK: - The way to the origin

  /// The PoPs of the upper tier that ask the zone's origin through another; none as far as that is not known, or is
  /// nothing to this server.
  var detours: [Int: Int] {
    guard choice == .smart, network.route.choosesByOrigin else { return [:] }
    measureOrigin()
    let version = network.nearness.version
    if let found, found.version == version, found.generation == network.generation {
      return found.detours
    }
    let detours = OriginNearness.detours(
      network.nearness.distances(
        of: zone, in: network.route.topology, at: lane.loop.now))
    found = (version, network.generation, detours)
    return detours
  }

  private func measureOrigin() {
    let now = lane.loop.now
    if now >= measuresAt {
      measuresAt = now + TierLimits.originMeasuringInterval
      origin.measure()
      // What has not changed is told again as well, else it is forgotten; what is not told any more is.
      measured = nil
      found = nil
    }
    guard let roundTrip = origin.roundTripNanoseconds, roundTrip != measured else { return }
    measured = roundTrip
    network.nearness.measured(roundTrip, of: zone, by: lane.loop.index, at: now)
  }

  // MARK: - Hedges

  /// A request goes to peers.
  func earnHedge() {
    hedges.earn()
    network.hedges.earn()
  }

  /// Whether one more peer may be asked beside a slow one.
  var allowsHedge: Bool { hedges.allowsHedge && network.hedges.allowsHedge }

  /// One is.
  func spendHedge() {
    hedges.spend()
    network.hedges.spend()
  }
}

// Parents before the origin.

package import Exchange
import HTTP
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
  private let choice: TierChoice
  /// What the zone's own order of PoPs comes to, of which of the network's routes.
  private var chosen: (generation: Int, above: [ServerRanking]?)?
  /// Of its requests those that are with peers.
  var exchanges = 0
  /// What the zone may hedge: what it does not make requests for it leaves to the others.
  private var hedges = HedgeBudget(burst: TierLimits.zoneHedgeBurst)
  /// Whom content counts for that waits to be read; until the zone lets go of its sources.
  package var tenant: (any ConnectionTenant)?

  /// The source of the zone whose lane `lane` is and whose word is `choice`; `origin` is what is behind
  /// the peers.
  package init(
    _ network: PeerNetwork, above origin: any ResponseSource, lane: Lane, choice: TierChoice
  ) {
    self.choice = choice
    self.network = network
    self.origin = origin
    self.lane = lane
  }

  /// Those above that the zone's requests go to.
  var above: [ServerRanking] {
    guard case .custom(let names) = choice else { return network.above }
    if chosen?.generation != network.generation {
      chosen = (network.generation, network.route.above(names))
    }
    return chosen?.above ?? network.above
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

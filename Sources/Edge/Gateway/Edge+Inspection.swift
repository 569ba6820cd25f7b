// Looking into the cache.

import Cache
import ContentCoding
package import HTTP
package import Runtime
package import Storage
package import Tiers
import Zones

extension Edge {
  /// What the zone of a request says of tiers, and what is known of its origin's nearness; nil if no zone answers
  /// for its host, or this server stands alone. From a task on any loop.
  package func tiers(
    of request: RequestHead, _ route: TierRoute
  ) async throws(StorageError) -> ZoneTiers? {
    guard let fleet else { return nil }
    let host = Array(request.authority.prefix(request.hostLength))
    switch await directory.find(host).found {
    case .unknown: return nil
    case .failed(let error): throw error
    case .zone(let snapshot):
      let configuration = snapshot.configuration
      let asksByDistance = configuration.tiers == .smart && route.choosesByOrigin
      return ZoneTiers(
        choice: configuration.tiers,
        distances: asksByDistance
          ? fleet.nearness.distances(of: configuration.name, in: route.topology) : [])
    }
  }

  /// What the edge would do with a request of a client at `address`, without doing it; nil if no zone
  /// answers for its host. From a task on any loop.
  package func inspect(
    _ request: RequestHead, at address: SocketAddress
  ) async throws(StorageError) -> EdgeInspection? {
    let host = Array(request.authority.prefix(request.hostLength))
    let snapshot: ZoneSnapshot
    switch await directory.find(host).found {
    case .unknown: return nil
    case .failed(let error): throw error
    case .zone(let found): snapshot = found
    }
    var request = request
    // As `CodingNegotiation` does: codings are made anew for each client.
    if snapshot.configuration.compression.isEnabled { request.fields.remove(.acceptEncoding) }
    let inspection = await cache.inspect(
      request, at: address, of: snapshot.id, snapshot.cachePolicies)
    return EdgeInspection(
      zone: snapshot.configuration, cache: inspection, knowsCountries: cache.locations != nil)
  }
}

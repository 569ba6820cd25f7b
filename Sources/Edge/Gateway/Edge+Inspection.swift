// Looking into the cache.

import Cache
import ContentCoding
package import HTTP
package import Runtime
package import Storage
package import Tiers
import Zones

extension Edge {
  /// How far PoPs of the upper tier are from the origin of a request, nearest first, if it is asked for by that;
  /// empty if not, or if this server does not know. From a task on any loop.
  package func distances(
    for request: RequestHead, _ route: TierRoute
  ) async throws(StorageError) -> [(pop: Int, nanoseconds: UInt64)] {
    guard let fleet, route.choosesByOrigin else { return [] }
    let host = Array(request.authority.prefix(request.hostLength))
    switch await directory.find(host).found {
    case .unknown: return []
    case .failed(let error): throw error
    case .zone(let snapshot):
      guard snapshot.configuration.tiers == .smart else { return [] }
      return fleet.nearness.distances(of: snapshot.configuration.name, in: route.topology)
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

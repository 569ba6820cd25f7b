// What the edge says of a request that is only looked at.

package import Cache
package import Zones

/// Who answers for a request, and what the cache makes of it.
package struct EdgeInspection: Sendable {
  package let zone: ZoneConfiguration
  package let cache: CacheInspection
  /// There is a database of locations.
  package let knowsCountries: Bool
}

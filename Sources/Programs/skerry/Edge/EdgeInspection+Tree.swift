// What the edge says of a request, as the API tells it.

import Cache
import ConfigurationTree
import Gateway
import HTTP
import Zones

extension EdgeInspection {
  /// The result of GET /v1/cache for `request`; `hasClient`: the client's address was given.
  func tree(_ request: RequestHead, hasClient: Bool) -> ConfigurationValue {
    .object(
      [
        ("zone", .string(zone.name)),
        ("note", (note(request) ?? countryNote(hasClient)).map { .string($0) }),
        ("ruleText", cache.rule.map { .string(Self.text(of: zone.cache.rules[$0])) }),
      ] + cache.members)
  }

  /// Why the request would not come as far as the cache.
  private func note(_ request: RequestHead) -> String? {
    if zone.isPaused { return "The zone is paused: it answers 503 to everything." }
    if zone.redirectsToHTTPS, request.scheme == .http {
      return "The zone redirects to https what comes without it."
    }
    return nil
  }

  /// Why the country in the key is XX.
  private func countryNote(_ hasClient: Bool) -> String? {
    guard cache.tellsCountries else { return nil }
    if !knowsCountries {
      return "The client's country counts, and this edge knows none: it is XX for all. Start the "
        + "edge with --country-database FILE."
    }
    return hasClient
      ? nil : "The client's country counts: give an address with --client, or it is XX."
  }

  private static func text(of rule: CacheRule) -> String {
    [("paths", rule.paths), ("hosts", rule.hosts), ("extensions", rule.extensions)]
      .filter { !$0.1.isEmpty }
      .map { "\($0.0) \($0.1.joined(separator: " "))" }.joined(separator: ", ")
  }
}

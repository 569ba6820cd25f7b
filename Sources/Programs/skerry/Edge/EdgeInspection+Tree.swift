// What the edge says of a request, as the API tells it.

import Cache
import ConfigurationTree
import Gateway
import HTTP
import Zones

extension EdgeInspection {
  /// The result of GET /v1/cache for `request`.
  func tree(_ request: RequestHead) -> ConfigurationValue {
    .object(
      [
        ("zone", .string(zone.name)), ("note", note(request).map { .string($0) }),
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

  private static func text(of rule: CacheRule) -> String {
    [("paths", rule.paths), ("hosts", rule.hosts), ("extensions", rule.extensions)]
      .filter { !$0.1.isEmpty }
      .map { "\($0.0) \($0.1.joined(separator: " "))" }.joined(separator: ", ")
  }
}

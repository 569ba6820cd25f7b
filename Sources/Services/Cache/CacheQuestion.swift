// What the cache makes of a request that is only looked at.

import HTTP
import Location
import Primitives
import Runtime

/// A request as the cache understands it: which settings hold, what its key is. Made without any loop.
struct CacheQuestion: Sendable {
  /// As origins would be told of its client.
  let request: RequestHead
  let choice: CachePolicies.Choice
  let policy: CachePolicy
  let obstacle: CacheObstacle?
  let key: [UInt8]
  let hash: UInt64
  /// The target as far as it counts.
  let target: [UInt8]

  /// Understands `request` of a client at `address` by a zone's `policies`; `hash` is the cache's.
  init(
    _ request: RequestHead, at address: SocketAddress, _ locations: LocationDatabase?,
    _ zone: CacheZone, _ policies: CachePolicies, _ hash: KeyedHash
  ) {
    var request = request
    var budget = StepBudget()
    choice = policies.choose(for: request, &budget)
    policy = policies.policy(choice)
    policy.key?.describeClient(in: &request, at: address, locations, &budget)
    obstacle = Self.obstacle(request, policies, policy, choice, &budget)
    self.request = request
    guard let plan = policy.key, obstacle == nil else {
      var key: [UInt8] = []
      CacheKey.write(CacheKey.prefix(zone.id), request, to: &key)
      self.key = key
      self.hash = hash.hash(key.span)
      target = request.path
      return
    }
    var (target, key, parts): ([UInt8], [UInt8], [Range<Int>]) = ([], [], [])
    plan.writeTarget(request.path, to: &target, parts: &parts)
    CacheKey.write(CacheKey.prefix(zone.id), request, plan, to: &key)
    if plan.hasParts {
      let latest = zone.targetInvalidations().latest(hash.hash(key.span))
      plan.writeSignature(to: &key)
      plan.writeParts(request.fields, latest, to: &key)
    }
    self.target = target
    self.key = key
    self.hash = hash.hash(key.span)
  }

  private static func obstacle(
    _ request: RequestHead, _ policies: CachePolicies, _ policy: CachePolicy,
    _ choice: CachePolicies.Choice, _ budget: inout StepBudget
  ) -> CacheObstacle? {
    guard request.method == .get || request.method == .head else { return .method }
    guard policies.isEnabled else { return .disabled }
    switch choice {
    case .doubtfulPath: return .doubtfulPath
    case .tooLong: return .tooLong
    case .usual, .rule: break
    }
    guard policy.mayBypass, policy.bypasses(request, &budget) else { return nil }
    if policy.settings.isBypassed { return .bypass }
    guard !budget.isExhausted, let name = policy.bypassCookie(of: request) else { return .tooLong }
    return .cookie(String(decoding: name, as: UTF8.self))
  }
}

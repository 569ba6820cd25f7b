// The cache as a step of the pipeline.

package import Exchange
import HTTP
package import Primitives
package import Runtime

/// Answers requests of one zone from memory, or by a fetch from the layer below that it shares
/// among those who want the same.
///
/// Confined to its loop. A hit is synchronous and allocates nothing. A changed configuration is a
/// new stage; requests in flight keep the old one.
package final class CacheStage: Stage, @unchecked Sendable {
  // Confined to its loop.
  package static let name: StaticString = "cache"

  let zone: CacheZone
  /// When targets were invalidated, if keys have parts beside them.
  let targets: TargetInvalidations?
  let policies: CachePolicies
  let shard: CacheShard
  let group: CacheGroup
  /// The zone's lane on this loop: fetches run there and are charged to it.
  let lane: Lane
  /// Where responses come from that are not in memory.
  let below: any ResponseSource
  let keyPrefix: [UInt8]

  package init(
    zone id: ZoneID, policies: CachePolicies, shard: CacheShard, lane: Lane,
    below: any ResponseSource
  ) {
    guard let group = shard.group else { preconditionFailure("the cache has ended") }
    precondition(lane.loop === shard.loop)
    self.group = group
    self.policies = policies
    self.shard = shard
    self.lane = lane
    self.below = below
    zone = group.zone(id)
    targets = policies.hasKeyParts ? zone.targetInvalidations() : nil
    keyPrefix = CacheKey.prefix(id)
    if policies.usesReserve { zone.noteReserve() }
    shard.stageBegan(id, on: lane)
  }

  /// Whether responses are stored and reused at all.
  var isEnabled: Bool { policies.isEnabled }

  deinit { shard.stageEnded(zone.id) }

  /// The zone as the cache sees it: its bytes and its weight.
  package var tenant: CacheZone { zone }

  /// Sets the zone's share of memory and disk relative to others; positive.
  package func setWeight(_ weight: Int) {
    guard weight != zone.weight else { return }
    zone.setWeight(weight)
    group.disk?.records.setWeight(weight, of: zone.id)
  }

  /// Answers from memory, or says what must be done for an answer.
  package func evaluate(_ exchange: Exchange) -> Verdict {
    var budget = StepBudget()
    let policy = policy(for: &exchange.request, &budget)
    if policy.settings.tellsTimes { exchange.facts.sourceBegunAt = shard.loop.preciseNow }
    if let plan = policy.key, plan.describesClients {
      describeClient(of: exchange, plan, &budget)
    }
    let isHead: Bool
    switch exchange.request.method {
    case .get: isHead = false
    case .head: isHead = true
    default: return pass(.method)
    }
    guard isEnabled, exchange.requestBody == nil, exchange.upgradedInput == nil else {
      return pass(isEnabled ? .request : .bypass)
    }
    if policy.mayBypass, policy.bypasses(exchange.request, &budget) {
      return pass(.bypass)
    }
    let (hash, traits, found) = look(&exchange.request, policy)
    let isOwned = shard.ownerIndex(hash) == shard.index
    let directives =
      traits.contains(.directives) ? RequestDirectives(exchange.request.fields) : nil
    if let found, answer(exchange, found, policy, traits, directives, isHead: isHead) {
      return exchange.response.body.isComplete ? .respond : .suspend(SlicedAnswer())
    }
    if found == nil, directives == nil, !isHead, !traits.contains(.range),
      shard.markers.isMarked(hash, at: shard.now)
    {
      return pass(
        .uriMiss, storing: policy, altersRequest: Self.alters(&exchange.request, policy))
    }
    var lookup = Lookup(
      hash: hash, key: Array(copying: shard.key), policy: policy, isOwned: isOwned, isHead: isHead,
      traits: traits, directives: directives, found: found)
    if found == nil, isOwned, answerFromDisk(exchange, &lookup) {
      return exchange.response.body.isComplete ? .respond : .suspend(SlicedAnswer())
    }
    return .suspend(CacheMiss(self, lookup))
  }

  /// What holds for `request`, which is lent (see `Exchange`).
  @inline(never)
  private func policy(
    for request: inout RequestHead, _ budget: inout StepBudget
  ) -> CachePolicy { policies.policy(for: request, &budget) }

  /// The hash of the key, which is in `shard.key` then, and what memory has for it; `request` is lent.
  @inline(never)
  private func look(
    _ request: inout RequestHead, _ policy: CachePolicy
  ) -> (hash: UInt64, traits: RequestTraits, found: StoredResponse?) {
    writeKey(of: request, policy)
    let key = shard.key
    let hash = shard.hash.hash(key.span)
    let found =
      shard.ownerIndex(hash) == shard.index
      ? shard.find(hash, key, request.fields) : shard.front.find(hash, key, request.fields)
    return (hash, RequestTraits(request.fields), found)
  }

  /// What a passed GET would have to know to be stored.
  func lookUp(_ exchange: Exchange) -> Lookup {
    let policy = policies.policy(for: exchange.request)
    writeKey(of: exchange.request, policy)
    let hash = shard.key.withSpan { shard.hash.hash($0) }
    return Lookup(
      hash: hash, key: Array(copying: shard.key), policy: policy,
      isOwned: shard.ownerIndex(hash) == shard.index,
      isHead: false, traits: RequestTraits(exchange.request.fields), directives: nil, found: nil)
  }

  /// What was found out about a request that is not answered from memory.
  struct Lookup {
    let hash: UInt64
    let key: [UInt8]
    /// The zone's settings that hold for the request.
    let policy: CachePolicy
    /// The key belongs to this loop's shard.
    let isOwned: Bool
    var isHead: Bool
    let traits: RequestTraits
    let directives: RequestDirectives?
    /// A response that can't be used as it is.
    var found: StoredResponse?
    /// It was looked for on the disk a moment ago.
    var isNotOnDisk = false
    /// Why the request was forwarded, if that is not to be seen from what was found.
    var forwarding: Forwarding?
  }
}

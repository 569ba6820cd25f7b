// Keys, and requests that may be answered for others.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Makes a request, which is lent, tell of its client what the zone's keys ask for.
  @inline(never)
  func describeClient(of exchange: Exchange, _ plan: CacheKeyPlan, _ budget: inout StepBudget) {
    // A server that asks on a client's behalf has told what that is, by its own database.
    if exchange.client.isPeer { return }
    if plan.tellsCountries, shard.locations == nil { shard.hasMissedLocations = true }
    plan.describeClient(
      in: &exchange.request, at: exchange.client.address, shard.locations, &budget)
  }

  /// Writes the key of a request into `shard.key`.
  @inline(__always)
  func writeKey(of request: RequestHead, _ policy: CachePolicy) {
    guard let plan = policy.key else {
      CacheKey.write(keyPrefix, request, to: &shard.key)
      return
    }
    writeKey(of: request, plan)
  }

  private func writeKey(of request: RequestHead, _ plan: CacheKeyPlan) {
    let target = writeTarget(of: request, plan)
    plan.writeSignature(to: &shard.key)
    guard plan.hasParts, let targets else { return }
    plan.writeParts(request.fields, targets.latest(target), to: &shard.key)
  }

  /// Writes the part of a key that all requests for a target have into `shard.key`; its hash.
  @discardableResult
  func writeTarget(of request: RequestHead, _ plan: CacheKeyPlan) -> UInt64 {
    CacheKey.writeHost(keyPrefix, request, to: &shard.key)
    plan.writeTarget(request.path, to: &shard.key, parts: &shard.keyParts)
    return plan.hasParts ? shard.key.withSpan { shard.hash.hash($0) } : 0
  }

  /// The request that is sent for all who want the same as an exchange, also if that asks for the head
  /// only.
  func requestForAll(_ exchange: Exchange, _ policy: CachePolicy) -> RequestHead {
    var request = exchange.request
    request.method = .get
    prepare(&request, policy)
    return request
  }

  /// Whether `prepare` changes `request`, which is lent (see `Exchange`).
  @inline(never)
  static func alters(_ request: inout RequestHead, _ policy: CachePolicy) -> Bool {
    policy.key?.shortensQuery ?? false || UnkeyedFields.isAny(in: request.fields, policy.key)
  }

  /// Makes of a client's request the one that is sent for all who want the same: without what is no
  /// part of the key and could change the response.
  func prepare(_ request: inout RequestHead, _ policy: CachePolicy) {
    UnkeyedFields.remove(from: &request, policy.key)
    if let plan = policy.key, plan.shortensQuery {
      var target: [UInt8] = []
      plan.writeTarget(request.path, to: &target, parts: &shard.keyParts)
      request.path = target
    }
  }
}

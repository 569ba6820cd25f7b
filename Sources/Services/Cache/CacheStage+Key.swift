// Keys, and requests that may be answered for others.

import HTTP
import Primitives
import Runtime

extension CacheStage {
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
    CacheKey.writeHost(keyPrefix, request, to: &shard.key)
    plan.write(request, to: &shard.key, parts: &shard.keyParts)
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

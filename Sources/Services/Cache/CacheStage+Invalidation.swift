// What unsafe requests and answers to HEAD make of stored responses.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Invalidates the request's own URI and those that Location and Content-Location name on the
  /// same origin (RFC 9111 section 4.4). When it returns, no loop uses them any more. The instant
  /// after that; nil if others invalidated the request's own URI since `start`, when it went out: what
  /// it brings may be outdated.
  func invalidate(
    _ request: RequestHead, _ response: FieldBlock, since start: Instant
  ) async -> Instant? {
    var targets: [[UInt8]] = [request.path]
    for name in [FieldName.location, .contentLocation] {
      let target = response.withFirst(name) { Self.target($0, sameOriginAs: request) } ?? nil
      if let target, !targets.contains(target) { targets.append(target) }
    }
    var target = request
    var end: Instant?
    for (index, path) in targets.enumerated() {
      target.path = path
      let instant = await invalidate(target, since: start)
      if index == 0 { end = instant }
    }
    return end
  }

  private func invalidate(_ target: RequestHead, since start: Instant) async -> Instant? {
    let policy = policies.policy(for: target)
    // Requests for it are passed on as well: nothing is stored.
    if let plan = policy.key, plan.steps(forTarget: target.path) > CacheLimits.matchingSteps {
      return nil
    }
    if let plan = policy.key, plan.hasParts, let targets {
      let hash = writeTarget(of: target, plan)
      let (isFirst, instant) = targets.note(hash, at: SystemClock.monotonic, since: start)
      group.disk?.remove(shard.key, of: zone.id)
      group.reserve?.remove(shard.key, of: zone)
      return isFirst ? instant.advanced(byNanoseconds: 1) : nil
    }
    writeKey(of: target, policy)
    return await invalidate(Array(copying: shard.key), since: start)
  }

  /// Whether a request's target was invalidated since `start`, as far as that is not known by keys.
  func isInvalidated(_ request: RequestHead, _ policy: CachePolicy, since start: Instant) -> Bool {
    guard let plan = policy.key, plan.hasParts, let targets else { return false }
    return targets.latest(writeTarget(of: request, plan)) >= start
  }

  private func invalidate(_ key: [UInt8], since start: Instant) async -> Instant? {
    let hash = shard.hash.hash(key.span)
    let owner = group.shards[shard.ownerIndex(hash)]
    let zone = zone
    if owner === shard { return shard.invalidate(hash, key, of: zone, since: start) }
    shard.front.remove(hash)
    return await owner.loop.perform {
      owner.charge(zone.id)
      return owner.invalidate(hash, key, of: zone, since: start)
    }
  }

  /// The answer to HEAD freshens the stored answer to GET or shows that it is outdated (RFC 9111
  /// section 4.3.5). `sequence` is the number of the zone's latest purge when HEAD was sent.
  func refresh(
    _ stored: StoredResponse, _ request: RequestHead, _ fetched: FetchedResponse,
    _ times: ExchangeTimes, since sequence: UInt64
  ) async {
    guard fetched.head.status == 200, stored.head.status == 200, stored.isCurrent else { return }
    let fields = fetched.head.fields
    let isSame =
      FieldBlock.sameValidator(stored.head.fields.fields, fields)
      && fetched.contentLength.map { $0 == UInt64(stored.body.count) } ?? true
    guard isSame else { return await replace(stored, by: nil) }
    let updated = stored.head.updated(by: fetched.head)
    let assessment = StoredHead.assess(
      updated, to: request, directives: nil, times: times, policy: policies.policy(for: request))
    guard case .storable(let head) = assessment else { return }
    let response = StoredResponse(
      zone: zone, sequence: sequence, hash: stored.hash, key: stored.key, head: head,
      body: stored.body)
    group.disk?.refresh(stored, by: response, at: shard)
    await replace(stored, by: response)
  }

  /// Takes a stored response that turned out to be of no use out of the store.
  func discard(_ stored: StoredResponse) async { await replace(stored, by: nil) }

  private func replace(_ stored: StoredResponse, by response: StoredResponse?) async {
    let owner = group.shards[shard.ownerIndex(stored.hash)]
    if owner === shard {
      owner.replace(stored, by: response)
      return
    }
    shard.front.remove(stored.hash)
    let zone = zone.id
    await owner.loop.perform {
      owner.charge(zone)
      owner.replace(stored, by: response)
    }
  }

  /// The path and query of a URI reference, if it is of the request's origin (RFC 9111 section 4.4
  /// allows no other).
  static func target(
    _ reference: Span<UInt8>, sameOriginAs request: RequestHead
  ) -> [UInt8]? {
    var rest = reference
    var end = 0
    while end < rest.count, rest[end] != 0x23 { end += 1 }
    rest = rest.extracting(0..<end)
    let scheme: StaticString = request.scheme == .https ? "https:" : "http:"
    let length = scheme.utf8CodeUnitCount
    var hasAuthority = rest.count >= 2 && rest[0] == 0x2f && rest[1] == 0x2f
    if rest.count > length + 2, rest.extracting(0..<length).equalsIgnoringCase(scheme) {
      rest = rest.extracting(length..<rest.count)
      hasAuthority = rest[0] == 0x2f && rest[1] == 0x2f
      if !hasAuthority { return nil }
    }
    if hasAuthority {
      var slash = 2
      while slash < rest.count, rest[slash] != 0x2f, rest[slash] != 0x3f { slash += 1 }
      let authority = rest.extracting(2..<slash)
      guard authority.equalsIgnoringCase(request.authority.span) else { return nil }
      rest = rest.extracting(slash..<rest.count)
    }
    return resolve(rest, against: request.path, isRooted: hasAuthority)
  }

  /// RFC 3986 section 5.2, as far as a path is concerned, without dot segments.
  private static func resolve(
    _ reference: Span<UInt8>, against base: [UInt8], isRooted: Bool
  ) -> [UInt8]? {
    var path: [UInt8] = []
    if reference.count == 0 { return isRooted ? [0x2f] : base }
    if reference[0] == 0x3f {
      path = isRooted ? [0x2f] : Array(base.prefix { $0 != 0x3f })
    } else if reference[0] != 0x2f {
      // A reference with a scheme of its own names another origin.
      for index in 0..<reference.count {
        if reference[index] == 0x3a { return nil }
        if reference[index] == 0x2f || reference[index] == 0x3f { break }
      }
      let directory = base.prefix { $0 != 0x3f }
      path = Array(directory.prefix((directory.lastIndex(of: 0x2f) ?? 0) + 1))
    }
    path.append(reference)
    return path
  }
}

// Requests that memory can't answer at once.

import Exchange
import HTTP
import Primitives
import Runtime

/// Answers a request that no usable stored response was found for.
final class CacheMiss: Suspension {
  private let stage: CacheStage
  private let lookup: CacheStage.Lookup

  init(_ stage: CacheStage, _ lookup: CacheStage.Lookup) {
    self.stage = stage
    self.lookup = lookup
  }

  func perform(_ exchange: Exchange) async throws(Failure) {
    try await stage.serve(exchange, lookup)
  }
}

extension CacheStage {
  func serve(_ exchange: Exchange, _ lookup: Lookup) async throws(Failure) {
    var lookup = lookup
    let joins = isSharing(exchange, lookup)
    if !lookup.isOwned, !joins, await inquire(exchange, &lookup) { return }
    if !joins, !lookup.isNotOnDisk, await promote(exchange, &lookup) { return }
    if let directives = lookup.directives, directives.onlyIfCached {
      // RFC 9111 section 5.2.1.7.
      exchange.facts.cache = .miss
      exchange.response.status = 504
      exchange.response.contentLength = 0
      return
    }
    if lookup.isHead {
      let forwarding = lookup.found == nil ? Forwarding.uriMiss : .stale
      return try await pass(exchange, forwarding, refreshing: lookup.found)
    }
    if lookup.directives?.noStore ?? false { return try await pass(exchange, .request) }
    if joins, try await share(exchange, &lookup) { return }
    if lookup.traits.contains(.range), lookup.found == nil {
      return try await pass(exchange, .uriMiss)
    }
    try await fetchAlone(exchange, lookup)
  }

  /// Whether the request may wait for a fetch of another, and others for its own.
  private func isSharing(_ exchange: Exchange, _ lookup: Lookup) -> Bool {
    if lookup.isHead || lookup.traits.contains(.authorization) { return false }
    if lookup.traits.contains(.range), lookup.found == nil, firstSlice(exchange, lookup) == nil {
      return false
    }
    guard let directives = lookup.directives else { return true }
    return !directives.noStore && !directives.noCache && !directives.onlyIfCached
      && directives.maxAge == nil && directives.minFresh == nil
  }

  /// Asks the loop that owns the key for a stored response; true if that answered the request.
  private func inquire(_ exchange: Exchange, _ lookup: inout Lookup) async -> Bool {
    let owner = group.shards[shard.ownerIndex(lookup.hash)]
    let (hash, key, fields) = (lookup.hash, lookup.key, exchange.request.fields)
    let zone = zone.id
    let stored = await owner.loop.perform {
      owner.charge(zone)
      return owner.find(hash, key, fields)
    }
    guard let stored else { return false }
    lookup.found = stored
    shard.front.insert(stored)
    return answer(
      exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: lookup.isHead)
  }

  // MARK: - Fetching for all who ask

  /// Waits for a fetch that is under way, or makes one that others may wait for; false if the
  /// request must fetch alone.
  private func share(_ exchange: Exchange, _ lookup: inout Lookup) async throws(Failure) -> Bool {
    var unsuited: [Flight] = []
    for round in 0..<CacheLimits.rounds {
      if round > 0 { lookup.isNotOnDisk = false }
      if round > 0, let stored = find(exchange, lookup) {
        lookup.found = stored
        if answer(
          exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: false)
        {
          return true
        }
      }
      let follower = join(exchange, lookup, unsuited)
      let flight = follower.flight
      let leads = follower.isLeader
      let outcome = try await follower.outcome(exchange.parker)
      guard leads && flight.isFetchedHere || follower.isInTime else {
        follower.abandon()
        continue
      }
      switch outcome {
      case .streaming(let head), .complete(let head):
        if leads && flight.isFetchedHere || suits(head.stored, exchange, lookup) {
          respond(exchange, lookup, follower, head)
          return true
        }
        follower.abandon()
        if head.stored.selection.matches(exchange.request.fields) { return false }
        unsuited.append(flight.source ?? flight)
      case .resolved(let stored):
        follower.abandon()
        if !flight.isFetchedHere, stored.head.selection.matches(exchange.request.fields),
          answer(
            exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: false)
        {
          return true
        }
        if leads || suits(stored.head, exchange, lookup) {
          respond(exchange, lookup, follower, stored)
          return true
        }
        if stored.head.selection.matches(exchange.request.fields) { return false }
      case .found(let stored):
        follower.abandon()
        if take(stored, exchange, &lookup, follower) { return true }
      case .stale(let stored, let status):
        follower.abandon()
        if leads || mayUseStale(stored, exchange, lookup, status) {
          respond(exchange, lookup, stored, failedWith: status)
          return true
        }
        if stored.head.selection.matches(exchange.request.fields) { return false }
      case .alone:
        return takeHandover(exchange, lookup, follower)
      case .failed(let failure):
        follower.abandon()
        // Another's early data or abort is not this request's fault.
        if leads || !(failure.kind == .earlyDataRefused || failure.kind == .clientAborted) {
          throw failure
        }
      case .again, .asking, .fetching: follower.abandon()
      }
    }
    return false
  }

  /// Whether a response answers that was found on the disk, or whose first slice is on its way.
  private func take(
    _ stored: StoredResponse, _ exchange: Exchange, _ lookup: inout Lookup,
    _ follower: FlightFollower
  ) -> Bool {
    guard stored.head.selection.matches(exchange.request.fields) else { return false }
    lookup.found = stored
    if follower.flight.hasBegunSlices,
      follower.isLeader || suits(stored.head, exchange, lookup)
    {
      respond(exchange, lookup, follower, beginning: stored)
      return true
    }
    exchange.facts.noteLayer(of: stored)
    return answer(
      exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: false)
  }

  private func find(_ exchange: Exchange, _ lookup: Lookup) -> StoredResponse? {
    lookup.isOwned
      ? shard.find(lookup.hash, lookup.key, exchange.request.fields)
      : shard.front.find(lookup.hash, lookup.key, exchange.request.fields)
  }

  /// Joins a flight for the key that may suit, or begins one.
  private func join(
    _ exchange: Exchange, _ lookup: Lookup, _ unsuited: [Flight]
  ) -> FlightFollower {
    let present = shard.flights.first(lookup.hash) { flight in
      flight.key == lookup.key && flight.isJoinable(forPeer: exchange.client.isPeer)
        && !unsuited.contains { $0 === flight || $0 === flight.source }
    }
    if let present { return FlightFollower(exchange, at: present, isLeader: false) }
    let flight = Flight(
      shard: shard, zone: zone, lane: lane, hash: lookup.hash, key: lookup.key, isShared: true)
    let follower = FlightFollower(exchange, at: flight, isLeader: true)
    shard.flights.insert(flight, hash: lookup.hash)
    let fill = makeFill(flight, exchange, lookup.policy, directives: lookup.directives)
    fill.slice = firstSlice(exchange, lookup)
    fill.isNotOnDisk = lookup.isNotOnDisk
    flight.ask(
      group.shards[shard.ownerIndex(lookup.hash)], candidate: fill,
      directives: lookup.directives, unsuited: unsuited,
      takesStale: !lookup.isOwned && !lookup.traits.contains(.authorization))
    return follower
  }

  func makeFill(
    _ flight: Flight, _ exchange: Exchange, _ policy: CachePolicy,
    directives: RequestDirectives?
  ) -> Fill {
    let fetch = Fetch(
      request: requestForAll(exchange, policy), client: exchange.client,
      requestID: exchange.facts.requestID,
      parker: Parker(on: lane))
    fetch.isForAll = true
    return Fill(
      flight, below: below, policy: policy, fetch: fetch, directives: directives,
      owner: group.shards[shard.ownerIndex(flight.hash)])
  }

  /// Whether a response that was fetched for another request may answer this one.
  private func suits(_ head: StoredHead, _ exchange: Exchange, _ lookup: Lookup) -> Bool {
    head.selection.matches(exchange.request.fields)
      && head.usability(lookup.directives, at: shard.now) != .validate
  }

  /// Whether a stale response that another request got when the origin failed may answer this one.
  private func mayUseStale(
    _ stored: StoredResponse, _ exchange: Exchange, _ lookup: Lookup, _ status: UInt16?
  ) -> Bool {
    stored.isCurrent && stored.head.selection.matches(exchange.request.fields)
      && stored.allows(
        status == nil ? .unreachable : .error, lookup.policy.stale, lookup.directives,
        at: shard.now)
  }

  // MARK: - Fetching for one

  private func fetchAlone(_ exchange: Exchange, _ lookup: Lookup) async throws(Failure) {
    let stored = lookup.found.flatMap { $0.isCurrent ? $0 : nil }
    try await serveAlone(exchange, lookup) { $0.start(validating: stored) }
  }

  /// Answers by a flight of the exchange's own, whose fill is started by `begin`; `start` is when its
  /// request went out, if that has happened before.
  func serveAlone(
    _ exchange: Exchange, _ lookup: Lookup, since start: FetchStart? = nil,
    _ begin: (Fill) -> Void
  ) async throws(Failure) {
    let flight = Flight(
      shard: shard, zone: zone, lane: lane, hash: lookup.hash, key: lookup.key, isShared: false,
      since: start)
    if let start, isInvalidated(exchange.request, lookup.policy, since: start.instant) {
      flight.revoke()
    }
    let follower = FlightFollower(exchange, at: flight, isLeader: true)
    let fill = makeFill(flight, exchange, lookup.policy, directives: lookup.directives)
    fill.isNotOnDisk = lookup.isNotOnDisk
    begin(fill)
    switch try await follower.outcome(exchange.parker) {
    case .streaming(let head), .complete(let head): respond(exchange, lookup, follower, head)
    case .resolved(let stored):
      follower.abandon()
      respond(exchange, lookup, follower, stored)
    case .found(let stored):
      follower.abandon()
      exchange.facts.noteLayer(of: stored)
      if answer(
        exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: lookup.isHead)
      {
        return
      }
      var lookup = lookup
      lookup.found = stored
      try await fetchAlone(exchange, lookup)
    case .stale(let stored, let status):
      follower.abandon()
      respond(exchange, lookup, stored, failedWith: status)
    case .alone:
      guard takeHandover(exchange, lookup, follower) else {
        throw Failure(.internalError, "a response was lost")
      }
    case .failed(let failure):
      follower.abandon()
      throw failure
    case .again, .asking, .fetching:
      follower.abandon()
      throw Failure(.internalError, "a fetch did not begin")
    }
  }

  /// Takes a response that is the leader's alone; false if there is none for this one.
  private func takeHandover(
    _ exchange: Exchange, _ lookup: Lookup, _ follower: FlightFollower
  ) -> Bool {
    let flight = follower.flight
    guard follower.isLeader, var fetched = flight.handover else {
      follower.abandon()
      return false
    }
    flight.handover = nil
    follower.abandon()
    exchange.facts.cache = .miss
    let status = ForwardStatus(
      forwarding: forwarding(follower, lookup), statusBelow: fetched.head.status)
    respond(exchange, &fetched, status)
    return true
  }

  /// Fetches for this exchange and streams what comes; nothing is stored. For HEAD, `stored` is the
  /// response to GET that the answer speaks of.
  private func pass(
    _ exchange: Exchange, _ forwarding: Forwarding, refreshing stored: StoredResponse? = nil
  ) async throws(Failure) {
    let fetch = Fetch(passing: exchange)
    if stored != nil { prepare(&fetch.request, policies.policy(for: exchange.request)) }
    fetch.interim = { head in
      if !exchange.isAborted { exchange.sink?.interim(head, for: exchange) }
    }
    defer { fetch.interim = nil }
    var times = ExchangeTimes(
      requestedAt: shard.now, receivedAt: shard.now, receivedWall: shard.wallTime)
    let sequence = zone.purgeSequence
    var fetched: FetchedResponse
    let begunAt = shard.loop.preciseNow
    do throws(Failure) {
      defer {
        exchange.facts.originNanoseconds = shard.loop.preciseNow.nanoseconds(since: begunAt)
      }
      fetched = try await below.fetch(fetch)
    } catch {
      guard let stored, serveHead(exchange, stored, .unreachable, nil, error) else { throw error }
      return
    }
    if let stored {
      if StaleUse.isError(fetched.head.status),
        serveHead(exchange, stored, .error, fetched.head.status)
      {
        return fetched.body.abandon()
      }
      times.receivedAt = shard.now
      times.receivedWall = shard.wallTime
      await refresh(stored, exchange.request, fetched, times, since: sequence)
    }
    exchange.facts.cache = .bypass
    respond(exchange, &fetched, ForwardStatus(forwarding: forwarding))
  }

  // MARK: - Responding

  /// Answers by a response that is on its way.
  private func respond(
    _ exchange: Exchange, _ lookup: Lookup, _ follower: FlightFollower, _ head: FlightHead
  ) {
    let flight = follower.flight
    let stored = head.stored
    exchange.facts.cache = follower.isLeader ? .miss : .collapsed
    exchange.response.contentLength = head.contentLength
    let part = partOfFlow(exchange, lookup, head)
    if isNotModified(exchange, stored, lookup.traits) {
      appendAge(exchange, stored)
      fillNotModified(exchange, stored)
      follower.abandon()
    } else {
      exchange.response.status = stored.status
      if follower.isLeader, let fields = flight.leaderFields {
        exchange.response.fields = fields
      } else {
        exchange.response.stored = stored.fields
        appendAge(exchange, stored)
      }
      exchange.response.body = body(of: follower)
      if let part { trim(exchange, part, head.contentLength) }
    }
    var status = ForwardStatus(forwarding: forwarding(follower, lookup))
    status.statusBelow = stored.status
    status.isStored = follower.isLeader && !flight.isWindowed && !flight.isRevoked
    status.isCollapsed = !follower.isLeader || !flight.isFetchedHere
    status.ttl = stored.freshness.remainingSeconds(at: shard.now)
    appendForwardStatus(exchange, status)
  }

  /// Answers by a response in slices, the first of which is on its way.
  private func respond(
    _ exchange: Exchange, _ lookup: Lookup, _ follower: FlightFollower,
    beginning stored: StoredResponse
  ) {
    fill(exchange, stored, lookup.traits, isHead: false)
    exchange.facts.cache = follower.isLeader ? .miss : .collapsed
    var status = ForwardStatus(forwarding: forwarding(follower, lookup))
    status.statusBelow = 206
    status.isStored = follower.isLeader
    status.isCollapsed = !follower.isLeader
    status.ttl = stored.freshness.remainingSeconds(at: shard.now)
    appendForwardStatus(exchange, status)
  }

  /// What has come whole is sent whole.
  private func body(of follower: FlightFollower) -> ResponseBody {
    let flight = follower.flight
    guard case .complete = flight.state, !flight.isWindowed else { return .stream(follower) }
    let pieces = flight.pieces.all
    follower.abandon()
    return pieces.isEmpty ? .none : .chunks(pieces)
  }

  /// Answers by a stored response after it was found elsewhere or validated.
  private func respond(
    _ exchange: Exchange, _ lookup: Lookup, _ follower: FlightFollower, _ stored: StoredResponse
  ) {
    let flight = follower.flight
    flight.shard.noteUse(of: stored)
    fill(exchange, stored, lookup.traits, isHead: lookup.isHead)
    guard flight.isFetchedHere else {
      exchange.facts.cache = .hit
      appendHitStatus(exchange, stored.freshness)
      return
    }
    exchange.facts.cache = follower.isLeader ? .revalidated : .collapsed
    var status = ForwardStatus(forwarding: forwarding(follower, lookup))
    status.statusBelow = 304
    status.isCollapsed = !follower.isLeader
    status.ttl = stored.freshness.remainingSeconds(at: shard.now)
    appendForwardStatus(exchange, status)
  }

  private func forwarding(_ follower: FlightFollower, _ lookup: Lookup) -> Forwarding {
    if follower.flight.isShared { return follower.flight.forwarding }
    if let known = lookup.forwarding { return known }
    // What the fetch has found on the disk, if anything, is not known to the request.
    guard let found = lookup.found else { return follower.flight.forwarding }
    return found.head.isShareable(found.freshness, at: shard.now) ? .request : .stale
  }
}

extension ExchangeFacts {
  /// Notes where a stored response lay that was not in memory.
  fileprivate mutating func noteLayer(of stored: StoredResponse) {
    isFromReserve = stored.isFromReserve
    isFromDisk = !stored.isFromReserve
  }
}

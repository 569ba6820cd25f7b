// A response on its way, with everyone on this loop who waits for it.

import Exchange
import HTTP
import Primitives
import Runtime
import Synchronization

/// One response being fetched, on the loop that fetches it or, as a mirror of that, on another one
/// whose clients want it as well.
///
/// Confined to its shard's loop; loops speak to each other's flights by messages to `lane`. Only
/// `revoke`, how it stands after purges, and what never changes are for any thread.
final class Flight: @unchecked Sendable {
  // Confined to its shard's loop; `revoked` and `standing` are for any thread, the other shared
  // properties never change.
  let shard: CacheShard
  let zone: CacheZone
  /// The zone's lane on this loop.
  let lane: Lane
  let hash: UInt64
  let key: [UInt8]
  /// When the fetch began.
  let start: FetchStart
  /// Others may join it by its key.
  let isShared: Bool

  private(set) var state: FlightState
  private(set) var pieces = PieceBuffer()
  /// Bytes are dropped once everyone has them: the body is not kept to be stored.
  private(set) var isWindowed = false
  private(set) var followers: [FlightFollower] = []
  private var mirrors: [Mirror] = []
  /// Who fetches, if this loop does, until it is done.
  private(set) var fill: Fill?
  /// Who will fetch if the owner of the key grants it.
  private var candidate: Fill?
  /// The fetch was made on this loop.
  private(set) var isFetchedHere = false
  /// Why the request was forwarded.
  private(set) var forwarding = Forwarding.uriMiss
  /// The response is in slices, of which the first was fetched here.
  var hasBegunSlices = false
  /// What may be validated by those who fetch alone.
  private(set) var staleResponse: StoredResponse?
  /// The flight that this one mirrors, once it has sent something.
  private(set) var source: Flight?
  /// A response that is the leader's alone.
  var handover: FetchedResponse?
  /// How long the heads of responses were waited for.
  var fetchNanoseconds: UInt64 = 0
  /// How long the reserve was waited for.
  var reserveNanoseconds: UInt64 = 0
  /// The fields as the origin sent them, for the leader.
  var leaderFields: FieldBlock?
  /// The interim responses that came before the head; the client of the origin bounds their number.
  private(set) var interims: [ResponseHead] = []
  private let revoked = Atomic<Bool>(false)
  private let latestPurge: Atomic<UInt64>
  private let standing: Guarded<Standing>

  /// A flight on another loop that gets what this one gets.
  private struct Mirror {
    let flight: Flight
    /// The offset up to which its followers have all.
    var position = 0
  }

  /// The number of the zone's latest purge after which it was found to stand, with what was known of
  /// its tags then.
  private struct Standing {
    var sequence: UInt64
    var tags: [UInt64] = []
  }

  /// `start` is when the request went out, if that has happened before.
  init(
    shard: CacheShard, zone: CacheZone, lane: Lane, hash: UInt64, key: [UInt8], isShared: Bool,
    since start: FetchStart? = nil
  ) {
    self.shard = shard
    self.zone = zone
    self.lane = lane
    self.hash = hash
    self.key = key
    self.isShared = isShared
    let start = start ?? FetchStart(zone)
    self.start = start
    latestPurge = Atomic(start.sequence)
    standing = Guarded(Standing(sequence: start.sequence))
    state = isShared ? .asking : .fetching
  }

  /// The number of the zone's latest purge that what it brings comes after; later ones may be for that.
  var sequence: UInt64 { latestPurge.load(ordering: .relaxed) }

  /// Peers are asked, or not any more. What they have may be from before purges that are under way.
  func isFetched(fromPeers: Bool) {
    latestPurge.store(fromPeers ? start.settledSequence : start.sequence, ordering: .relaxed)
    standing.withLock { $0 = Standing(sequence: sequence, tags: $0.tags) }
  }

  /// Whether it was invalidated or purged: nothing of it is stored.
  var isRevoked: Bool { revoked.load(ordering: .relaxed) || verdict == .void }

  /// Whether it was invalidated or purged, if only softly: nobody joins any more.
  var isOutdated: Bool { revoked.load(ordering: .relaxed) || verdict != .current }

  /// What purges make of what it brings, as far as that is known.
  private var verdict: PurgeVerdict {
    let latest = zone.purgeSequence
    if sequence == latest { return .current }
    return standing.withLock { standing in
      if standing.sequence == latest { return .current }
      let verdict = zone.verdict(since: standing.sequence, key: key, tags: standing.tags)
      if verdict == .current { standing.sequence = latest }
      return verdict
    }
  }

  /// What it brings has these tags: purges of them are for it.
  func noteTags(_ tags: [UInt64]) {
    if !tags.isEmpty { standing.withLock { $0 = Standing(sequence: sequence, tags: tags) } }
  }

  func revoke() { revoked.store(true, ordering: .relaxed) }

  /// Whether that holds for who comes now. What peers bring while a purge is under way will do for clients until
  /// all have made it, but not for peers, who would keep it.
  func isOutdated(forPeer: Bool) -> Bool {
    guard isOutdated else { return false }
    if forPeer || revoked.load(ordering: .relaxed) || sequence == start.sequence
      || zone.settledSequence > start.settledSequence
    {
      return true
    }
    let tags = standing.withLock { $0.tags }
    return zone.verdict(since: start.sequence, key: key, tags: tags) != .current
  }

  /// Whether a request that comes now, of a client or a peer, may wait for it.
  func isJoinable(forPeer: Bool = false) -> Bool {
    guard isShared, !isWindowed, !isOutdated(forPeer: forPeer),
      !(source?.isOutdated(forPeer: forPeer) ?? false)
    else { return false }
    switch state {
    case .asking, .fetching, .streaming, .complete: return true
    case .resolved, .found, .stale, .alone, .again, .failed: return false
    }
  }

  /// How many wait or read, on this loop and, one each, on others.
  var audience: Int { followers.count + mirrors.count }

  // MARK: - Those who wait

  func join(_ follower: FlightFollower) {
    follower.slot = followers.count
    followers.append(follower)
    fill?.isWanted()
  }

  func leave(_ follower: FlightFollower) {
    guard follower.slot >= 0 else { return }
    precondition(followers[follower.slot] === follower)
    let last = followers.removeLast()
    if last !== follower {
      followers[follower.slot] = last
      last.slot = follower.slot
    }
    follower.slot = -1
    if follower.isLeader, let unwanted = handover {
      handover = nil
      unwanted.body.abandon()
    }
    audienceShrank()
  }

  /// Called when a follower of a windowed flight has read on.
  func advanced() {
    guard isWindowed else { return }
    var least = pieces.end
    for follower in followers { least = min(least, follower.position) }
    for mirror in mirrors { least = min(least, mirror.position) }
    let before = pieces.start
    pieces.drop(before: least)
    guard pieces.start > before else { return }
    fill?.wake()
    if let source, case let position = pieces.start {
      source.lane.post { [self] in source.acknowledge(self, position) }
    }
  }

  // MARK: - What comes

  /// Asks the owner of the key for the fetch, which `candidate` makes if it is granted. A stale
  /// response that needs no waiting will do if it `takesStale`. Unless it `isAwaited` it is for nobody but
  /// the store.
  func ask(
    _ owner: CacheShard, candidate: Fill, directives: RequestDirectives?, unsuited: [Flight],
    takesStale: Bool, isAwaited: Bool = true
  ) {
    self.candidate = candidate
    let fields = candidate.fetch.request.fields
    let forPeer = candidate.fetch.client.isPeer
    let stale = takesStale ? candidate.policy.stale : nil
    if owner === shard {
      answered(
        owner.claim(
          self, fields, directives, unsuited: unsuited, stale: stale, isAwaited: isAwaited,
          forPeer: forPeer))
      return
    }
    owner.lane.post { [self] in
      let answer = owner.claim(
        self, fields, directives, unsuited: unsuited, stale: stale, isAwaited: isAwaited,
        forPeer: forPeer)
      lane.post { [self] in answered(answer) }
    }
  }

  private func answered(_ answer: ClaimAnswer) {
    let candidate = self.candidate
    self.candidate = nil
    if case .granted = answer {} else { candidate?.abandon() }
    switch answer {
    case .attached: return
    case .stored(let response):
      if shard.ownerIndex(hash) != shard.index { shard.front.insert(response) }
      end(.resolved(response))
    case .alone(let stale, let until):
      staleResponse = stale
      shard.markers.mark(hash, of: zone.id, until: until, at: shard.now)
      end(.alone)
    case .granted(let stale, let forwarding):
      self.forwarding = forwarding
      candidate?.start(validating: stale)
    }
  }

  /// `fill` fetches from now on.
  func began(_ fill: Fill) {
    self.fill = fill
    isFetchedHere = true
    state = .fetching
  }

  /// A response was found on the disk and is validated, for that reason.
  func validates(_ reason: Forwarding) { forwarding = reason }

  /// `fill` has ended.
  func filled() { fill = nil }

  /// An interim response came: for all who wait, and for those who join before the head is there.
  func interimCame(_ head: ResponseHead) {
    interims.append(head)
    for follower in followers { follower.passInterims() }
    forEachMirror { mirror, _ in mirror.interimCame(head) }
  }

  func setHead(_ head: FlightHead) {
    interims = []
    noteTags(head.stored.tags)
    state = .streaming(head)
    forEachMirror { mirror, source in mirror.mirrorHead(head, of: source) }
    wakeAll()
  }

  func append(_ bytes: Bytes) {
    pieces.append(bytes)
    forEachMirror { mirror, _ in mirror.append(bytes) }
    wakeAll()
  }

  /// From now on bytes are dropped once everyone has them.
  func setWindowed() {
    isWindowed = true
    unlist()
    forEachMirror { mirror, _ in mirror.setWindowed() }
    advanced()
  }

  /// Nothing more comes. A complete flight can still be joined until it is `closed`.
  func end(_ end: FlightState) {
    switch end {
    case .resolved(let stored), .found(let stored), .stale(let stored, _):
      noteTags(stored.head.tags)
    default: break
    }
    state = end
    forEachMirror { mirror, _ in mirror.end(end) }
    wakeAll()
    if case .complete = end { return }
    close(nil)
  }

  /// Ends the time in which the flight can be joined; `response` is what was stored of it.
  func close(_ response: StoredResponse?) {
    unlist()
    if source != nil, let response { shard.front.insert(response) }
    forEachMirror { mirror, _ in mirror.close(response) }
    mirrors.removeAll()
  }

  /// Takes the flight from the table where requests find it.
  func unlist() {
    if isShared { shard.flights.remove(self, hash: hash) }
  }

  // MARK: - Other loops

  /// Adds the flight of another loop that wants what this one gets.
  func attach(_ mirror: Flight) {
    guard fill != nil, isJoinable() else {
      mirror.lane.post { mirror.end(.again) }
      return
    }
    fill?.isWanted()
    mirrors.append(Mirror(flight: mirror))
    let (pieces, state, interims) = (pieces.all, state, interims)
    mirror.lane.post { [self] in
      for head in interims { mirror.interimCame(head) }
      switch state {
      case .streaming(let head): mirror.mirrorHead(head, of: self)
      case .complete(let head): mirror.mirrorHead(head, of: self)
      default: mirror.mirrors(self)
      }
      for piece in pieces { mirror.append(piece) }
      if case .complete = state { mirror.end(state) }
    }
  }

  private func mirrors(_ source: Flight) {
    self.source = source
    audienceShrank()
  }

  private func mirrorHead(_ head: FlightHead, of source: Flight) {
    self.source = source
    setHead(head)
    audienceShrank()
  }

  private func acknowledge(_ mirror: Flight, _ position: Int) {
    guard let index = mirrors.firstIndex(where: { $0.flight === mirror }) else { return }
    mirrors[index].position = position
    advanced()
  }

  private func detach(_ mirror: Flight) {
    mirrors.removeAll { $0.flight === mirror }
    audienceShrank()
  }

  /// Somebody left: if nobody is here any more, the source is told or the fetch given a limit.
  private func audienceShrank() {
    guard audience == 0 else {
      advanced()
      return
    }
    if let fill {
      fill.nobodyWaits()
    } else if let source, case .streaming = state {
      unlist()
      state = .again
      source.lane.post { [self] in source.detach(self) }
    }
  }

  private func forEachMirror(
    _ message: @escaping @Sendable (_ mirror: Flight, _ source: Flight) -> Void
  ) {
    for mirror in mirrors {
      let flight = mirror.flight
      flight.lane.post { [self] in message(flight, self) }
    }
  }

  private func wakeAll() {
    for follower in followers { follower.wake() }
  }
}

// One fetch for the cache: from the source below into a flight, and into the store.

import Exchange
import HTTP
import Primitives
import Runtime

/// Fetches for a flight in a task of its own, so that it outlives the client that caused it.
///
/// Confined to its flight's loop.
final class Fill: LoopWork, @unchecked Sendable {
  // Confined to its flight's loop.
  let flight: Flight
  let below: any ResponseSource
  let policy: CachePolicy
  let fetch: Fetch
  let directives: RequestDirectives?
  /// The shard that owns the key.
  let owner: CacheShard
  /// The stale response that is validated.
  var base: StoredResponse?
  /// What is fetched is a part of a response.
  var slice: SliceFetch?
  /// Where a body goes that is too large for memory.
  var writer: SliceWriter?
  var hasBegunWriting = false
  /// The head of what is written there.
  var writtenHead: StoredHead?
  /// What those are that have come or will, if others can find the response already.
  var announced: Slices?
  /// Tells others how far that has come.
  var progress: SliceProgress?
  /// Bytes of the body that were announced; more are a fault.
  private var announcedBytes = UInt64.max
  /// It was looked for there a moment ago.
  var isNotOnDisk = false
  /// The base was on the disk only.
  private var isBaseFromDisk = false
  /// Bytes of the body accounted as in flight.
  private var countedBytes = 0
  private(set) var times: ExchangeTimes
  private var isSettled = false
  /// The response, if it was there at the start.
  private var fetched: (FetchedResponse, StoredHead)?
  /// Others waited for a response that they may not use.
  private var isUnshareable = false

  init(
    _ flight: Flight, below: any ResponseSource, policy: CachePolicy, fetch: Fetch,
    directives: RequestDirectives?, owner: CacheShard
  ) {
    self.flight = flight
    self.below = below
    self.policy = policy
    self.fetch = fetch
    self.directives = directives
    self.owner = owner
    let now = flight.shard.now
    times = ExchangeTimes(requestedAt: now, receivedAt: now, receivedWall: WallTime(seconds: 0))
    super.init(on: flight.lane)
    fetch.interim = { [weak flight] head in flight?.interimCame(head) }
    fetch.asksPeers = { [weak flight] in flight?.isFetched(fromPeers: $0) }
  }

  /// Starts fetching; `base` is a stale response to validate.
  func start(validating base: StoredResponse?) {
    // A slice is as good as the whole is: there is nothing to validate.
    self.base = slice?.whole == nil ? base : nil
    if let base = self.base { flight.noteTags(base.head.tags) }
    start()
  }

  /// Starts with a response that has been fetched already.
  func start(with response: FetchedResponse, _ head: StoredHead, _ times: ExchangeTimes) {
    prepare(with: response, head, times)
    start()
  }

  /// Will not fetch, but take a response that has been fetched already.
  func prepare(with response: FetchedResponse, _ head: StoredHead, _ times: ExchangeTimes) {
    self.times = times
    fetched = (response, head)
  }

  /// Will not start.
  func abandon() { fetched.take()?.0.body.abandon() }

  private func start() {
    flight.began(self)
    if flight.audience == 0 { nobodyWaits() }
    flight.lane.start { await self.run() }
  }

  /// The flight's readers have read on.
  func wake() { fetch.parker.wake() }

  /// Nobody waits: what may be stored goes on for a while, anything else ends.
  func nobodyWaits() {
    if !flight.isShared || flight.isWindowed {
      fetch.parker.cancel()
    } else {
      setDeadline(loop.now + CacheLimits.orphanDuration)
    }
  }

  func isWanted() { setDeadline(.never) }

  override func deadlineReached() { fetch.parker.cancel() }

  // MARK: - The task

  private func run() async {
    do throws(Failure) {
      try await fetchAll()
    } catch {
      breakOffWriting()
      if !endStale(.unreachable, nil, error) {
        settle(nil, isUnshareable: false)
        flight.end(.failed(error))
      }
    }
    flight.shard.countInFlight(-countedBytes, of: flight.zone.id)
    countedBytes = 0
    setDeadline(.never)
    endWriting()
    flight.filled()
  }

  private func fetchAll() async throws(Failure) {
    if let (response, head) = fetched.take() {
      flight.leaderFields = leaderFields(response.head.fields, head)
      return try await receive(response, head)
    }
    if base == nil {
      if !isNotOnDisk, await isOnDisk() { return }
      if await hasAwaitedSlice(), await isOnDisk() { return }
      if base == nil, await isInReserve() { return }
    }
    var response = try await ask(validating: base)
    if let slice, slice.isUnsatisfied(response.head) {
      // It is about our range, not the client's.
      response.body.abandon()
      settle(nil, isUnshareable: true)
      return flight.end(.alone)
    }
    if response.head.status == 304, let stored = base {
      if FieldBlock.sameValidator(stored.head.fields.fields, response.head.fields) {
        return validated(stored, response.head)
      }
      // It is about something that we don't have (RFC 9111 section 4.3.4).
      response.body.abandon()
      base = nil
      response = try await ask(validating: nil)
    }
    if let slice, slice.whole == nil, response.head.status == 206 {
      return try await adopt(response, slice)
    }
    if StaleUse.isError(response.head.status), endStale(.error, response.head.status) {
      return response.body.abandon()
    }
    switch assess(response.head) {
    case .refused where slice?.whole != nil: refuseSlice(response)
    case .refused(let refusal):
      flight.shard.refusals.note(refusal, of: flight.hash, at: flight.shard.now)
      handOver(response)
    case .storable(let head):
      if let slice, let whole = slice.whole {
        // By what it says it is a part of, whatever frames it.
        response.contentLength = UInt64(slice.range.clamped(to: 0..<whole.body.count).count)
      }
      flight.leaderFields = leaderFields(response.head.fields, head)
      try await receive(response, head)
    }
  }

  /// The fields as they go to the client that the fetch is for; a server that caches on behalf of others
  /// gets them as they came.
  private func leaderFields(_ fields: FieldBlock, _ head: StoredHead) -> FieldBlock {
    fetch.client.isPeer ? fields : head.leaderFields(fields)
  }

  /// Whether what is on the disk answers: it moves to memory then, if it is worth a place there. What has
  /// to be validated becomes the base.
  private func isOnDisk() async -> Bool {
    guard let disk = flight.shard.group?.disk,
      let stored = await disk.find(
        flight.key, flight.hash, of: flight.zone, for: fetch.request.fields, at: flight.shard,
        on: flight.lane)
    else { return false }
    return ends(with: stored)
  }

  /// The same of the reserve, whose settings may leave that out.
  private func isInReserve() async -> Bool {
    guard policy.settings.reserve.isEnabled, let reserve = flight.shard.group?.reserve else {
      return false
    }
    let begunAt = loop.preciseNow
    let stored = await reserve.find(
      flight.key, flight.hash, of: flight.zone, for: fetch.request.fields, at: flight.shard,
      on: flight.lane, fetch.parker)
    flight.reserveNanoseconds += loop.preciseNow.nanoseconds(since: begunAt)
    return stored.map { ends(with: $0) } ?? false
  }

  /// Whether a response that was found ends the fill; one that has to be validated becomes the base.
  private func ends(with stored: StoredResponse) -> Bool {
    guard !flight.isRevoked else { return false }
    let now = flight.shard.now
    let isUsable =
      slice?.whole != nil || stored.usability(directives, at: now) != .validate
      || stored.answersAtOnce(policy.stale, directives, at: now)
    guard isUsable else {
      base = stored
      isBaseFromDisk = true
      flight.validates(stored.head.isShareable(stored.freshness, at: now) ? .request : .stale)
      flight.noteTags(stored.head.tags)
      return false
    }
    settle(stored, isUnshareable: false, isFromDisk: !stored.isFromReserve)
    flight.end(.found(stored))
    return true
  }

  /// Ends with the stale response that was to be validated, if it may be used when the origin fails;
  /// false if not. `failure` is why nothing came.
  private func endStale(_ use: StaleUse, _ status: UInt16?, _ failure: Failure? = nil) -> Bool {
    guard let base, base.isCurrent, !flight.isRevoked, failure?.isOrigins ?? true,
      case .fetching = flight.state,
      base.allows(use, policy.stale, directives, at: flight.shard.now)
    else { return false }
    base.noteFailure(use, until: flight.shard.now + CacheLimits.failureDuration)
    settle(isBaseFromDisk ? base : nil, isUnshareable: false)
    flight.end(.stale(base, status: status))
    return true
  }

  func assess(_ head: ResponseHead) -> StoredHead.Assessment {
    if let slice, slice.whole != nil { return slice.assess(head, times) }
    return StoredHead.assess(
      head, to: fetch.request, directives: directives, times: times, policy: policy)
  }

  private func ask(validating stored: StoredResponse?) async throws(Failure) -> FetchedResponse {
    fetch.request.setPreconditions(validating: stored?.head.fields.fields)
    if stored == nil || stored?.body.slices != nil || slice?.whole != nil {
      slice?.apply(to: &fetch.request)
    }
    times.requestedAt = flight.shard.now
    let begunAt = loop.preciseNow
    defer { flight.fetchNanoseconds += loop.preciseNow.nanoseconds(since: begunAt) }
    let response = try await below.fetch(fetch)
    times.receivedAt = flight.shard.now
    times.receivedWall = flight.shard.wallTime
    return response
  }

  /// The stored response was valid: it is stored again with what the 304 says.
  private func validated(_ stored: StoredResponse, _ notModified: ResponseHead) {
    let updated = stored.head.updated(by: notModified)
    switch assess(updated) {
    case .refused:
      // It may be used this once.
      settle(nil, isUnshareable: flight.audience > 1, removing: stored)
      flight.end(.resolved(stored))
    case .storable(let head):
      let response = StoredResponse(
        zone: flight.zone, sequence: flight.sequence, hash: flight.hash, key: flight.key,
        head: head, body: stored.body)
      flight.shard.group?.disk?.refresh(stored, by: response, at: flight.shard)
      settle(
        response,
        isUnshareable: flight.audience > 1 && !response.head.isShareable(at: flight.shard.now))
      flight.end(.resolved(response))
    }
  }

  /// The response is not for the store: the leader gets it as it comes, the others ask themselves.
  private func handOver(_ response: FetchedResponse) {
    // The next ones need not wait for each other; a fault of the origin may be over by then. What was
    // stale and is not valid any more is of no use.
    let isFault = response.head.status >= 500
    let outdated = base.flatMap { $0.freshness.isFresh(at: flight.shard.now) ? nil : $0 }
    settle(
      nil, isUnshareable: flight.audience > 1 || !isFault, removing: isFault ? nil : outdated)
    if flight.followers.contains(where: \.isLeader) {
      flight.handover = response
    } else {
      response.body.abandon()
    }
    flight.end(.alone)
  }

  // MARK: - The body

  func receive(_ response: FetchedResponse, _ head: StoredHead) async throws(Failure) {
    announcedBytes = response.contentLength ?? .max
    isUnshareable = flight.audience > 1 && !head.isShareable(at: flight.shard.now)
    flight.setHead(FlightHead(stored: head, contentLength: response.contentLength))
    if !flight.shard.admits(
      bytes: response.contentLength ?? 0, of: flight.zone.id,
      maximum: policy.maximumObjectBytes)
    {
      passThrough()
    }
    do throws(Failure) {
      try await receiveBody(response)
    } catch {
      response.body.abandon()
      throw error
    }
    if let announced = response.contentLength, announced != UInt64(flight.pieces.end) {
      throw Failure(.responseIncomplete, "the body is not as long as was announced")
    }
    flight.end(
      .complete(FlightHead(stored: head, contentLength: UInt64(flight.pieces.end))))
    await store(head)
  }

  private func receiveBody(_ response: FetchedResponse) async throws(Failure) {
    switch response.body {
    case .none: return
    case .bytes(let bytes): try await take(bytes)
    case .chunks(let chunks): for bytes in chunks { try await take(bytes) }
    case .stream(let source):
      while let bytes = try await source.next(fetch.parker) { try await take(bytes) }
    }
  }

  private func take(_ bytes: Bytes) async throws(Failure) {
    guard !bytes.isEmpty else { return }
    guard UInt64(flight.pieces.end) + UInt64(bytes.count) <= announcedBytes else {
      throw Failure(.responseIncomplete, "the body is longer than was announced")
    }
    flight.append(bytes)
    if flight.isWindowed {
      write(bytes)
    } else {
      let fits = flight.shard.admits(
        bytes: UInt64(bytes.count), of: flight.zone.id,
        maximum: policy.maximumObjectBytes)
      if fits, flight.pieces.end <= policy.maximumObjectBytes,
        flight.pieces.end <= flight.shard.capacity / CacheLimits.objectShareOfShard
      {
        countedBytes += bytes.count
        flight.shard.countInFlight(bytes.count, of: flight.zone.id)
      } else {
        passThrough()
      }
    }
    guard flight.isWindowed, flight.pieces.count > CacheLimits.windowBytes else { return }
    progress?.holdUp(true, now: loop.preciseNow)
    while flight.pieces.count > CacheLimits.windowBytes {
      if await fetch.parker.park() == .cancelled {
        throw Failure(.clientAborted, "nobody wants the response any more")
      }
    }
    progress?.holdUp(false, now: loop.preciseNow)
  }

  /// The body is too large to keep: it goes through a window, and nobody joins any more.
  private func passThrough() {
    flight.shard.countInFlight(-countedBytes, of: flight.zone.id)
    countedBytes = 0
    settle(nil, isUnshareable: false)
    startWriting()
    if writer == nil {
      flight.shard.refusals.note(.tooLarge, of: flight.hash, at: flight.shard.now)
    }
    flight.setWindowed()
    if flight.audience == 0 { nobodyWaits() }
  }

  /// Puts the complete response into the store.
  private func store(_ head: StoredHead) async {
    var response: StoredResponse?
    if !flight.isWindowed, !flight.isRevoked {
      let body = await StoredBody.compact(flight.pieces.all, yielding: fetch.parker)
      response = StoredResponse(
        zone: flight.zone, sequence: flight.sequence, hash: flight.hash, key: flight.key,
        head: head, body: body)
    }
    finishWriting(head)
    settle(response, isUnshareable: isUnshareable)
    flight.close(response)
  }

  // MARK: - The owner

  /// Tells the key's owner that the fetch is over; `isUnshareable` if others waited in vain.
  func settle(
    _ response: StoredResponse?, isUnshareable: Bool, isFromDisk: Bool = false,
    removing stale: StoredResponse? = nil
  ) {
    guard !isSettled else { return }
    isSettled = true
    if let base, base.isFromReserve, let response, response.head.reserve == nil {
      flight.shard.group?.reserve?.remove(flight.key, of: flight.zone)
    }
    let marks = isUnshareable && flight.isShared
    if owner.loop === loop {
      if let stale { owner.remove(stale) }
      owner.settle(flight, response, isUnshareable: marks, isFromDisk: isFromDisk)
      return
    }
    flight.shard.learn(flight, response, isUnshareable: marks)
    owner.lane.post { [owner, flight] in
      if let stale { owner.remove(stale) }
      owner.settle(flight, response, isUnshareable: marks, isFromDisk: isFromDisk)
    }
  }
}

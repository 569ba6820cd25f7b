// Fetching large responses in slices, and keeping what is too large for memory.

import Exchange
import HTTP
import Primitives
import Runtime

extension Fill {
  /// Takes the first slice that came of a response of which nothing was known: the whole is stored
  /// without its body, and the slice goes on as a response of its own.
  func adopt(_ part: FetchedResponse, _ slice: SliceFetch) async throws(Failure) {
    var response = part
    response.head = part.head.ofWhole
    guard let length = slice.length(part.head),
      case .storable(let head) = assess(response.head),
      length <= policy.maximumObjectBytes,
      length <= slice.range.count || response.head.fields.hasStrongValidator(times.receivedWall)
    else {
      response.body.abandon()
      settle(nil, isUnshareable: true)
      return flight.end(.alone)
    }
    if slice.range.lowerBound == 0, length <= slice.range.upperBound {
      // The slice is the whole.
      response.contentLength = UInt64(length)
      return try await receive(response, head)
    }
    let slices = Slices(id: .random(in: 1...(.max)), count: length, sliceBytes: slice.range.count)
    let stored = StoredResponse(
      zone: flight.zone, sequence: flight.sequence, hash: flight.hash, key: flight.key,
      head: head, body: StoredBody(slices))
    beginSlice(part, of: stored, slices, slices.index(of: slice.range.lowerBound))
    flight.hasBegunSlices = true
    settle(stored, isUnshareable: false)
    flight.end(.found(stored))
  }

  /// Lets the body of `part` be received as the slice that it is.
  private func beginSlice(
    _ part: FetchedResponse, of whole: StoredResponse, _ slices: Slices, _ index: Int
  ) {
    let key = slices.key(index, of: flight.zone.id)
    let shard = flight.shard
    let hash = shard.hash.hash(key.span)
    guard let group = shard.group else { return part.body.abandon() }
    let source = SliceSource(
      whole: whole, request: fetch.request, client: fetch.client, requestID: fetch.requestID,
      policy: policy)
    let fill = Fill.slice(
      index, of: source, slices,
      in: Flight(
        shard: shard, zone: flight.zone, lane: flight.lane, hash: hash, key: key, isShared: true),
      below: below, owner: group.shards[shard.ownerIndex(hash)])
    var part = part
    part.contentLength = UInt64(slices.range(index).count)
    fill.prepare(with: part, .slice(receivedAt: times.receivedAt, of: whole.head), times)
    fill.begin()
  }

  /// What fetches the slice at `index` for a flight.
  static func slice(
    _ index: Int, of source: SliceSource, _ slices: Slices, in flight: Flight,
    below: any ResponseSource, owner: CacheShard
  ) -> Fill {
    let fetch = Fetch(
      request: source.request, client: source.client, requestID: source.requestID,
      parker: Parker(on: flight.lane))
    fetch.isForAll = true
    let fill = Fill(
      flight, below: below, policy: source.policy, fetch: fetch, directives: nil, owner: owner)
    fill.slice = SliceFetch(range: slices.range(index), whole: source.whole)
    return fill
  }

  /// Announces a flight that nobody waits with yet, and asks its owner whether this may fetch for it.
  func begin() {
    flight.shard.flights.insert(flight, hash: flight.hash)
    flight.ask(owner, candidate: self, directives: nil, unsuited: [], takesStale: false)
  }

  /// The answer to a request for a slice was something else. What the origin has no more is of no use
  /// to anybody; a fault may be over soon.
  func refuseSlice(_ response: FetchedResponse) {
    response.body.abandon()
    settle(nil, isUnshareable: false)
    switch response.head.status {
    case 200, 206, 404, 410, 416: flight.end(.alone)
    default: flight.end(.failed(Failure(.responseIncomplete, "the origin refused a part")))
    }
  }

  // MARK: - Too large for memory

  /// Begins to keep the body on the disk, if what is missing of it later can be asked for. If it is known
  /// how long it gets, it can be found from now on: who comes meanwhile reads what there is, and waits for
  /// the rest or asks for it.
  func startWriting() {
    guard flight.isShared, slice?.whole == nil, case .streaming(let head) = flight.state,
      flight.shard.group?.disk != nil,
      head.stored.isSliceable(times.receivedWall),
      head.contentLength.map({ $0 <= UInt64(policy.maximumObjectBytes) }) ?? true,
      flight.shard.writing.insert(flight.hash).inserted
    else { return }
    hasBegunWriting = true
    writtenHead = head.stored
    let size = flight.shard.sliceBytes
    let writer = SliceWriter(id: .random(in: 1...(.max)), sliceBytes: size)
    self.writer = writer
    for piece in flight.pieces.all { write(piece) }
    guard let length = head.contentLength.flatMap({ Int(exactly: $0) }), length > size,
      let group = flight.shard.group
    else { return }
    let progress = SliceProgress(sliceBytes: size)
    progress.advance(to: self.writer?.slices.count ?? 0)
    self.progress = progress
    let slices = Slices(id: writer.slices.id, count: length, sliceBytes: size)
    group.slicesComing.withLock { $0[slices.id] = progress }
    announced = slices
    keep(slices, of: head.stored)
  }

  /// Waits for a slice that another fill is about to bring; whether it has come.
  func hasAwaitedSlice() async -> Bool {
    guard let slice, let slices = slice.whole?.body.slices,
      let progress = flight.shard.group?.slicesComing.withLock({ $0[slices.id] })
    else { return false }
    return await progress.wait(
      for: slice.range, with: fetch.parker, patience: CacheLimits.sliceWait)
  }

  /// The fill is over, whatever came of it.
  func endWriting() {
    guard hasBegunWriting else { return }
    flight.shard.writing.remove(flight.hash)
    guard let progress = progress.take(), let announced else { return }
    flight.shard.group?.slicesComing.withLock { $0[announced.id] = nil }
    progress.end()
  }

  func write(_ bytes: Bytes) {
    guard var writer = writer.take() else { return }
    for slice in writer.append(bytes) { put(slice, of: writer.slices) }
    progress?.advance(to: writer.slices.count)
    self.writer = writer
  }

  /// The body has come whole: it can be found from now on.
  func finishWriting(_ head: StoredHead) {
    guard var writer = writer.take() else { return }
    if let slice = writer.finish() { put(slice, of: writer.slices) }
    progress?.advance(to: writer.slices.count)
    if announced == nil { keep(writer.slices, of: head) } else { forgetIfRevoked(writer.slices) }
  }

  /// The body breaks off: what is missing can be asked for later, if it is known how much that is.
  func breakOffWriting() {
    guard let written = writer.take()?.slices, written.count > 0 else { return }
    guard announced == nil else { return forgetIfRevoked(written) }
    guard case .streaming(let head) = flight.state,
      let length = head.contentLength.flatMap({ Int(exactly: $0) }), length > written.count
    else { return forget(written) }
    keep(Slices(id: written.id, count: length, sliceBytes: written.sliceBytes), of: head.stored)
  }

  private func forgetIfRevoked(_ slices: Slices) {
    if flight.isRevoked { forget(slices) }
  }

  private func keep(_ slices: Slices, of head: StoredHead) {
    guard !flight.isRevoked else { return forget(slices) }
    let stored = StoredResponse(
      zone: flight.zone, sequence: flight.sequence, hash: flight.hash, key: flight.key,
      head: head, body: StoredBody(slices))
    owner.lane.post { [owner, flight] in owner.settle(flight, stored, isUnshareable: false) }
  }

  /// Nobody will find these slices: they go, where nobody waits for that.
  private func forget(_ slices: Slices) {
    guard let group = flight.shard.group, let disk = group.disk else { return }
    let zone = flight.zone.id
    group.background?.post {
      for index in slices.indices { disk.remove(slices.key(index, of: zone), of: zone) }
    }
  }

  private func put(_ slice: SliceWriter.Slice, of slices: Slices) {
    guard let whole = writtenHead else { return }
    flight.shard.group?.disk?.put(
      slice, of: slices, whole, flight.zone, flight.sequence, receivedAt: times.receivedAt,
      isWanted: progress?.isWanted ?? false, at: flight.shard)
  }
}

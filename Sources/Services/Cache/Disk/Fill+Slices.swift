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
    var part = part
    part.contentLength = UInt64(slice.range.clamped(to: 0..<length).count)
    beginSlice(part, SliceFetch(range: slice.range, whole: stored), slices)
    flight.hasBegunSlices = true
    settle(stored, isUnshareable: false)
    flight.end(.found(stored))
  }

  /// Lets the body of `part` be received as the slice that it is.
  private func beginSlice(_ part: FetchedResponse, _ slice: SliceFetch, _ slices: Slices) {
    let key = slices.key(slices.index(of: slice.range.lowerBound), of: flight.zone.id)
    let shard = flight.shard
    let hash = shard.hash.hash(key.span)
    guard let group = shard.group else { return part.body.abandon() }
    let flight = Flight(
      shard: shard, zone: flight.zone, lane: flight.lane, hash: hash, key: key, isShared: true)
    let owner = group.shards[shard.ownerIndex(hash)]
    let fetch = Fetch(
      request: fetch.request, client: fetch.client, requestID: fetch.requestID,
      parker: Parker(on: flight.lane))
    let fill = Fill(
      flight, below: below, policy: policy, fetch: fetch, directives: nil, owner: owner)
    fill.slice = slice
    fill.prepare(with: part, .slice(receivedAt: times.receivedAt), times)
    shard.flights.insert(flight, hash: hash)
    flight.ask(owner, candidate: fill, directives: nil, unsuited: [], takesStale: false)
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

  /// Begins to keep the body on the disk, if what is missing of it later can be asked for.
  func startWriting() {
    guard flight.isShared, slice?.whole == nil, case .streaming(let head) = flight.state,
      flight.shard.group?.disk != nil,
      head.stored.isSliceable(times.receivedWall),
      head.contentLength.map({ $0 <= UInt64(policy.maximumObjectBytes) }) ?? true,
      flight.shard.writing.insert(flight.hash).inserted
    else { return }
    hasBegunWriting = true
    writer = SliceWriter(id: .random(in: 1...(.max)), sliceBytes: flight.shard.sliceBytes)
    for piece in flight.pieces.all { write(piece) }
  }

  func write(_ bytes: Bytes) {
    guard var writer = writer.take() else { return }
    for slice in writer.append(bytes) { put(slice, of: writer.slices) }
    self.writer = writer
  }

  /// The body has come whole: it can be found from now on.
  func finishWriting(_ head: StoredHead) {
    guard var writer = writer.take() else { return }
    if let slice = writer.finish() { put(slice, of: writer.slices) }
    guard !flight.isRevoked else { return }
    let stored = StoredResponse(
      zone: flight.zone, sequence: flight.sequence, hash: flight.hash, key: flight.key,
      head: head, body: StoredBody(writer.slices))
    owner.lane.post { [owner, flight] in owner.settle(flight, stored, isUnshareable: false) }
  }

  private func put(_ slice: SliceWriter.Slice, of slices: Slices) {
    flight.shard.group?.disk?.put(
      slice, of: slices, flight.zone, flight.sequence, receivedAt: times.receivedAt,
      at: flight.shard)
  }
}

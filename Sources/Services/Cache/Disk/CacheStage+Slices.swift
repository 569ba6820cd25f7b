// Bodies that are read slice by slice.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// The whole body of a stored response for an exchange, or a part of it.
  func body(
    of stored: StoredResponse, _ exchange: Exchange, _ range: Range<Int>? = nil
  ) -> ResponseBody {
    guard let slices = stored.body.slices else {
      return range.map { stored.body.part($0) } ?? stored.body.whole
    }
    let policy = policies.policy(for: exchange.request)
    let source = SliceSource(
      whole: stored, request: requestForAll(exchange, policy), client: exchange.client,
      requestID: exchange.facts.requestID, policy: policy)
    return .stream(SliceReader(self, source, slices, range ?? 0..<slices.count))
  }

  /// The slice at `index`, wherever it is.
  func openSlice(
    _ index: Int, of source: SliceSource, _ slices: Slices, _ parker: Parker
  ) async throws(Failure) -> OpenedSlice {
    let key = slices.key(index, of: zone.id)
    let hash = shard.hash.hash(key.span)
    for _ in 0..<CacheLimits.rounds {
      if let stored = storedSlice(hash, key) {
        shard.noteUse(of: stored)
        return .stored(stored.body)
      }
      let flight = sliceFlight(hash, key) ?? beginSlice(index, of: source, slices, hash, key)
      let follower = FlightFollower(nil, at: flight, isLeader: false)
      switch try await follower.outcome(parker) {
      case .streaming, .complete: return .flowing(follower)
      case .resolved(let stored), .found(let stored):
        follower.abandon()
        return .stored(stored.body)
      case .failed(let failure):
        follower.abandon()
        // Another's early data or abort is not this request's fault.
        if failure.kind == .earlyDataRefused || failure.kind == .clientAborted { continue }
        throw failure
      case .alone:
        follower.abandon()
        // The origin has something else by now: whoever asks next fetches that.
        await discard(source.whole)
        throw Failure(.responseIncomplete, "the origin has no such part of the response any more")
      case .again, .stale, .asking, .fetching: follower.abandon()
      }
    }
    throw Failure(.responseIncomplete, "a part of the response was not to be had")
  }

  /// Begins to fetch a slice that will be wanted soon, unless it is here.
  func prefetchSlice(_ index: Int, of source: SliceSource, _ slices: Slices) {
    let key = slices.key(index, of: zone.id)
    let hash = shard.hash.hash(key.span)
    guard storedSlice(hash, key) == nil, sliceFlight(hash, key) == nil else { return }
    _ = beginSlice(index, of: source, slices, hash, key)
  }

  private func storedSlice(_ hash: UInt64, _ key: [UInt8]) -> StoredResponse? {
    shard.ownerIndex(hash) == shard.index
      ? shard.find(hash, key, FieldBlock()) : shard.front.find(hash, key, FieldBlock())
  }

  private func sliceFlight(_ hash: UInt64, _ key: [UInt8]) -> Flight? {
    shard.flights.first(hash) { $0.key == key && $0.isJoinable() }
  }

  private func beginSlice(
    _ index: Int, of source: SliceSource, _ slices: Slices, _ hash: UInt64, _ key: [UInt8]
  ) -> Flight {
    let flight = Flight(
      shard: shard, zone: zone, lane: lane, hash: hash, key: key, isShared: true)
    let owner = group.shards[shard.ownerIndex(hash)]
    Fill.slice(index, of: source, slices, in: flight, below: below, owner: owner).begin()
    return flight
  }
}

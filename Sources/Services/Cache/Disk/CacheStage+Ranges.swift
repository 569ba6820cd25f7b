// Ranges of responses that are not stored yet.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// The slice that a request for one range is answered from first; nil if the origin is better asked
  /// for the very range (several, so many bytes at the end, or on a condition).
  func firstSlice(_ exchange: Exchange, _ lookup: Lookup) -> SliceFetch? {
    guard lookup.traits.contains(.range), !exchange.request.fields.contains(.ifRange),
      let request = exchange.request.fields.byteRanges, request.specifiers.count == 1,
      case .positions(let first, _) = request.specifiers[0],
      first < UInt64(lookup.policy.maximumObjectBytes)
    else { return nil }
    let size = shard.sliceBytes
    let start = Int(first) / size * size
    return SliceFetch(range: start..<start + size, whole: nil)
  }

  /// The one range that a request wants of a response on its way; nil if it gets all of it.
  func partOfFlow(_ exchange: Exchange, _ lookup: Lookup, _ head: FlightHead) -> Range<Int>? {
    guard lookup.traits.contains(.range), head.stored.status == 200,
      let length = head.contentLength, length <= UInt64(Int.max),
      Preconditions(response: head.stored.fields.fields, now: shard.wallTime)
        .rangeApplies(exchange.request.fields),
      let request = exchange.request.fields.byteRanges,
      case .parts(let parts) = request.select(from: length), parts.count == 1
    else { return nil }
    return Int(parts[0].lowerBound)..<Int(parts[0].upperBound)
  }

  /// Makes of a response with the whole of a body one with a part of it.
  func trim(_ exchange: Exchange, _ part: Range<Int>, _ length: UInt64?) {
    exchange.response.status = 206
    exchange.response.contentLength = UInt64(part.count)
    if case .stream(let source) = exchange.response.body {
      exchange.response.body = .stream(TrimmedBody(source, part))
    } else if case .chunks(let pieces) = exchange.response.body {
      exchange.response.body = StoredBody(pieces).part(part)
    }
    leaveOutContentDigest(exchange)
    exchange.response.fields.append(.contentRange) {
      ContentRange(range: UInt64(part.lowerBound)..<UInt64(part.upperBound), length: length)
        .append(to: &$0)
    }
  }

  /// Brings what is on the disk into memory for a request that does not wait with others; true if that
  /// answered it.
  func promote(_ exchange: Exchange, _ lookup: inout Lookup) async -> Bool {
    let directives = lookup.directives
    guard lookup.found == nil, let disk = group.disk,
      lookup.isHead || lookup.traits.contains(.range)
        || directives?.onlyIfCached ?? false || directives?.noStore ?? false
    else { return false }
    let start = FetchStart(zone)
    let stored = await disk.find(
      lookup.key, lookup.hash, of: zone, for: exchange.request.fields, at: shard, on: lane)
    guard let stored else { return false }
    let owner = group.shards[shard.ownerIndex(lookup.hash)]
    let (zone, hash) = (zone, lookup.hash)
    await owner.loop.perform {
      owner.charge(zone.id)
      if !owner.wasInvalidated(hash, of: zone, since: start.instant) { owner.promote(stored) }
    }
    lookup.found = stored
    exchange.facts.isFromDisk = true
    return answer(
      exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: lookup.isHead)
  }
}

extension FieldBlock {
  /// The ranges that a request asks for; nil if there are none, or none that count.
  var byteRanges: ByteRangeRequest? {
    count(of: .range) == 1 ? withFirst(.range) { ByteRangeRequest($0) } ?? nil : nil
  }
}

// Answering from the disk without a wait.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Answers by what is on the disk, if that is known without a wait and may be used as it is; false if
  /// not. It moves to memory if it is worth its place there. Nobody fetches for the key meanwhile, as far as this loop, its owner, knows.
  func answerFromDisk(_ exchange: Exchange, _ lookup: inout Lookup) -> Bool {
    guard let disk = group.disk, shard.mayLook(), !shard.isFetched(lookup.hash, lookup.key) else {
      return false
    }
    lookup.hasLooked = true
    let bytes = sendsFiles(exchange) ? shard.leastLent(lookup.hash, of: zone.id) : nil
    guard let stored = look(exchange, &lookup, disk, leastLent: bytes) else { return false }
    shard.take(stored)
    return answerFromDisk(exchange, lookup, stored)
  }

  /// The same in a task, where the disk lends what it has: others would wait for it to be read.
  func answerByLoan(_ exchange: Exchange, _ lookup: inout Lookup) async -> Bool {
    guard let disk = group.disk, lookup.found == nil, !lookup.hasLooked, sendsFiles(exchange)
    else { return false }
    let start = FetchStart(zone)
    guard
      let bytes = await leastLent(lookup.hash, lookup.key, for: exchange.request.fields),
      let stored = look(exchange, &lookup, disk, leastLent: bytes)
    else { return false }
    give(stored, since: start)
    return answerFromDisk(exchange, lookup, stored)
  }

  /// From how many bytes on the owner of a key, which may be another loop, lets bodies be sent from the disk;
  /// nil if it does not.
  func leastLent(_ hash: UInt64, _ key: [UInt8], for fields: FieldBlock) async -> Int? {
    let owner = group.shards[shard.ownerIndex(hash)]
    if owner === shard { return shard.leastLent(hash, key, of: zone.id, for: fields) }
    // What this loop's own memory has room for is hardly refused by the other.
    guard shard.leastLent(hash, of: zone.id) != nil else { return nil }
    return await owner.loop.perform { [zone] in
      owner.charge(zone.id)
      return owner.leastLent(hash, key, of: zone.id, for: fields)
    }
  }

  /// Lets the owner of a response that was found on the disk store it, unless it was invalidated.
  func give(_ stored: StoredResponse, since start: FetchStart) {
    let owner = group.shards[shard.ownerIndex(stored.hash)]
    owner.lane.post {
      owner.charge(stored.zone.id)
      if !owner.wasInvalidated(stored.hash, of: stored.zone, since: start.instant) {
        owner.take(stored)
      }
    }
  }

  /// What there is on the disk, if it will answer the request.
  private func look(
    _ exchange: Exchange, _ lookup: inout Lookup, _ disk: CacheDisk, leastLent: Int?
  ) -> StoredResponse? {
    let outcome = disk.findAtOnce(
      lookup.key, lookup.hash, of: zone, for: exchange.request.fields, at: shard,
      leastLent: leastLent)
    switch outcome {
    case .unknown: return nil
    case .nothing:
      lookup.isNotOnDisk = true
      return nil
    case .found(let stored):
      // What is lent and was made stale by a purge meanwhile is read, so that others can have it.
      let isFresh = !stored.body.isLent || stored.freshness.isFresh(at: shard.now)
      return isFresh && isUsable(stored, lookup) ? stored : nil
    }
  }

  private func answerFromDisk(
    _ exchange: Exchange, _ lookup: Lookup, _ stored: StoredResponse
  ) -> Bool {
    exchange.facts.isFromDisk = true
    return answer(
      exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: lookup.isHead)
  }

  /// Whether nobody reads the body on its way, so that the kernel may send it from the disk.
  private func sendsFiles(_ exchange: Exchange) -> Bool {
    exchange.sink?.sendsFiles ?? false && exchange.facts.wantedCoding == .identity
  }

  /// Whether `answer` will use it.
  private func isUsable(_ stored: StoredResponse, _ lookup: Lookup) -> Bool {
    stored.usability(lookup.directives, at: shard.now) != .validate
      || !lookup.traits.contains(.authorization)
        && stored.answersAtOnce(lookup.policy.stale, lookup.directives, at: shard.now)
  }
}

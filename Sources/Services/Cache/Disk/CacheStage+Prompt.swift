// Answering from the disk without a wait.

import Exchange
import HTTP
import Primitives
import Runtime

extension CacheStage {
  /// Answers by what is on the disk, if that is known without a wait and may be used as it is; false if
  /// not. It moves to memory if it is worth its place there. Nobody fetches for the key meanwhile, as far as this loop, its owner, knows.
  func answerFromDisk(_ exchange: Exchange, _ lookup: inout Lookup) -> Bool {
    guard let disk = group.disk, shard.mayLook(), !isFetched(lookup) else { return false }
    let outcome = disk.findAtOnce(
      lookup.key, lookup.hash, of: zone, for: exchange.request.fields, at: shard)
    switch outcome {
    case .unknown: return false
    case .nothing:
      lookup.isNotOnDisk = true
      return false
    case .found(let stored):
      guard isUsable(stored, lookup) else { return false }
      shard.promote(stored)
      exchange.facts.isFromDisk = true
      return answer(
        exchange, stored, lookup.policy, lookup.traits, lookup.directives, isHead: lookup.isHead)
    }
  }

  private func isFetched(_ lookup: Lookup) -> Bool {
    shard.flights.first(lookup.hash) { $0.key == lookup.key } != nil
      || shard.claims.first(lookup.hash) { $0.flight.key == lookup.key } != nil
  }

  /// Whether `answer` will use it.
  private func isUsable(_ stored: StoredResponse, _ lookup: Lookup) -> Bool {
    stored.usability(lookup.directives, at: shard.now) != .validate
      || !lookup.traits.contains(.authorization)
        && stored.answersAtOnce(lookup.policy.stale, lookup.directives, at: shard.now)
  }
}

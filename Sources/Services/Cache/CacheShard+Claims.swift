// One fetch per key in the whole process.

import HTTP
import Primitives
import Runtime

extension CacheShard {
  /// Asks to fetch a key that this shard owns, on behalf of `flight`, which may be of another
  /// loop. `unsuited` are flights that turned out not to suit the request; `stale` says what stale
  /// responses do, nil if none does. Where nobody waits, markers do not count.
  func claim(
    _ flight: Flight, _ fields: FieldBlock, _ directives: RequestDirectives?, unsuited: [Flight],
    stale: StaleConfiguration?, isAwaited: Bool, forPeer: Bool
  ) -> ClaimAnswer {
    charge(flight.zone.id)
    let stored = find(flight.hash, flight.key, fields)
    if let stored, stored.usability(directives, at: now) != .validate {
      return .stored(stored)
    }
    if let stored, let stale, stored.answersAtOnce(stale, directives, at: now) {
      return .stored(stored)
    }
    if isAwaited, let until = markers.mark(of: flight.hash, at: now) {
      return .alone(stored, until: until)
    }
    let other = claims.first(flight.hash) { claim in
      claim.flight.key == flight.key && !claim.flight.isOutdated(forPeer: forPeer)
        && !unsuited.contains { $0 === claim.flight }
    }
    if let source = other?.flight, source !== flight {
      source.lane.post { source.attach(flight) }
      return .attached
    }
    claims.insert(Claim(flight), hash: flight.hash)
    let hasVariants = resource(flight.hash, flight.key) != nil
    return .granted(stored, stored != nil ? .stale : hasVariants ? .varyMiss : .uriMiss)
  }

  /// The end of a fetch for a key that this shard owns: `response` is to be stored, if there is
  /// one, or kept if it `isFromDisk`; `isUnshareable` says that others waited in vain for it.
  func settle(
    _ flight: Flight, _ response: StoredResponse?, isUnshareable: Bool, isFromDisk: Bool = false
  ) {
    charge(flight.zone.id)
    if let claim = claims.first(flight.hash, where: { $0.flight === flight }) {
      claims.remove(claim, hash: flight.hash)
    }
    if isUnshareable {
      markers.mark(
        flight.hash, of: flight.zone.id, until: now + CacheLimits.markerDuration, at: now)
    }
    guard let response, !wasInvalidated(flight.hash, of: flight.zone, since: flight.start.instant)
    else { return }
    let isStored = isFromDisk ? promote(response) : insert(response)
    if isStored, !response.head.noCache { markers.clear(flight.hash) }
  }

  /// What a loop that fetched for a key of another shard remembers of it.
  func learn(_ flight: Flight, _ response: StoredResponse?, isUnshareable: Bool) {
    if isUnshareable {
      markers.mark(
        flight.hash, of: flight.zone.id, until: now + CacheLimits.markerDuration, at: now)
    }
    guard let response else { return }
    front.insert(response)
    if !response.head.noCache { markers.clear(flight.hash) }
  }
}

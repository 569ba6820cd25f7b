// Putting responses in, taking them out.

import HTTP
import Primitives
import Runtime

extension CacheShard {
  /// The newest stored response for `key` that suits the request's fields.
  @inline(__always)
  func find(_ hash: UInt64, _ key: [UInt8], _ fields: FieldBlock) -> StoredResponse? {
    resource(hash, key)?.select(fields)
  }

  @inline(__always)
  func resource(_ hash: UInt64, _ key: [UInt8]) -> CachedResource? {
    resources.first(hash) { $0.key == key }
  }

  /// Stores a response of a key that this shard owns, in place of the variant that it replaces.
  /// False if it is void already, too large, or older than what is there.
  @discardableResult
  func insert(_ response: StoredResponse) -> Bool {
    guard response.isCurrent, response.cost <= capacity / CacheLimits.objectShareOfShard else {
      return false
    }
    // After the disk, whose evictions may give it there.
    var isOlderInReserve = false
    defer {
      if isOlderInReserve { group?.reserve?.remove(response.key, of: response.zone) }
    }
    if let resource = resource(response.hash, response.key) {
      // What another Vary selected goes too: both could answer a request, and only the newest may (RFC 9111
      // section 4.1), but loops that have the older one in front would not ask here.
      for variant in resource.variants
      where !variant.response.isCurrent
        || variant.response.head.selection.isEqual(to: response.head.selection)
        || !variant.response.head.selection.namesSame(as: response.head.selection)
      {
        let present = variant.response
        if present.isCurrent, present.isNewer(than: response) { return false }
        if response.leavesOlderInReserve(present) { isOlderInReserve = true }
        discard(present)
      }
      if resource.variants.count >= CacheLimits.variantsPerResource,
        let oldest = resource.variants.last
      {
        // What is read from the disk may be older than all of them.
        if oldest.response.isNewer(than: response) { return false }
        discard(oldest.response)
      }
    }
    makeRoom(response.cost)
    place(response)
    group?.disk?.put(response, at: self)
    if isOlderInReserve {
      // A removal takes along what waits to be put there.
      isOlderInReserve = false
      group?.reserve?.remove(response.key, of: response.zone)
    }
    group?.reserve?.putStored(response, at: self)
    return true
  }

  /// Stores what was read from the disk, if there is room or it is worth that of another; a stale one in
  /// any case, since others must know what is learnt of it, as that its origin fails. True if it did.
  @discardableResult
  func promote(_ response: StoredResponse) -> Bool {
    if queues.bytes + inFlightBytes + response.cost > capacity,
      response.freshness.isFresh(at: now),
      let slot = zoneSlots[response.zone.id], !queues.isWorthwhile(response.hash, zone: slot)
    {
      return false
    }
    return insert(response)
  }

  /// Evicts until `bytes` more fit.
  func makeRoom(_ bytes: Int) {
    while queues.bytes + inFlightBytes + bytes > capacity, let victim = queues.evict() {
      if !victim.isPlainlyVoid { victim.zone.countEviction() }
      group?.disk?.putEvicted(victim, at: self)
      group?.reserve?.putEvicted(victim, at: self)
      forget(victim)
    }
  }

  /// Takes a response out of the store.
  func discard(_ response: StoredResponse) {
    guard let resource = resource(response.hash, response.key),
      let variant = resource.variants.first(where: { $0.response === response })
    else { return }
    queues.remove(variant.node)
    forget(response)
  }

  /// Takes a response that is of no use any more out of the store, and from the disk.
  func remove(_ response: StoredResponse) {
    discard(response)
    group?.disk?.remove(response)
    if response.mayBeInReserve { group?.reserve?.remove(response.key, of: response.zone) }
  }

  /// Puts `response` in the place of `stored`, if that is still there; nil only removes it.
  func replace(_ stored: StoredResponse, by response: StoredResponse?) {
    guard stored.isCurrent else { return }
    guard let response else { return remove(stored) }
    discard(stored)
    insert(response)
  }

  /// Removes everything stored under `key`, and keeps what is on its way from being stored. The
  /// instant after it; nil if the key was invalidated before, since `start`.
  @discardableResult
  func invalidate(
    _ hash: UInt64, _ key: [UInt8], of zone: CacheZone, since start: Instant = .never
  ) -> Instant? {
    let wasInvalidated = wasInvalidated(hash, of: zone, since: start)
    let instant = noteInvalidation(hash, of: zone)
    while let variant = resource(hash, key)?.variants.last { discard(variant.response) }
    group?.disk?.remove(key, of: zone.id)
    group?.reserve?.remove(key, of: zone)
    while let claim = claims.first(hash, where: { $0.flight.key == key }) {
      claim.flight.revoke()
      claims.remove(claim, hash: hash)
    }
    return wasInvalidated ? nil : instant.advanced(byNanoseconds: 1)
  }

  private func place(_ response: StoredResponse) {
    let zone = response.zone
    let slot = zoneSlots[zone.id] ?? queues.addZone(weight: zone.weight)
    zoneSlots[zone.id] = slot
    queues.setWeight(zone.weight, of: slot)
    let node = queues.insert(response, hash: response.hash, bytes: response.cost, zone: slot)
    let resource = resource(response.hash, response.key) ?? newResource(response)
    resource.insert(.init(response: response, node: node))
    zone.count(bytes: response.cost, objects: 1)
  }

  private func newResource(_ response: StoredResponse) -> CachedResource {
    let resource = CachedResource(hash: response.hash, key: response.key)
    resources.insert(resource, hash: response.hash)
    return resource
  }

  /// Removes a response that is out of the queues from the table.
  private func forget(_ response: StoredResponse) {
    response.revoke()
    response.zone.count(bytes: -response.cost, objects: -1)
    if let slot = zoneSlots[response.zone.id], queues.isEmpty(slot) {
      queues.removeZone(slot)
      zoneSlots[response.zone.id] = nil
    }
    guard let resource = resource(response.hash, response.key) else {
      preconditionFailure("a stored response belongs to a resource")
    }
    precondition(resource.remove(response) != nil)
    if resource.variants.isEmpty { resources.remove(resource, hash: resource.hash) }
  }

  /// Checks what must always hold; for tests.
  func checkInvariants() {
    var bytes = 0
    var count = 0
    var perZone: [ZoneID: Int] = [:]
    resources.forEach { resource in
      precondition(!resource.variants.isEmpty)
      for variant in resource.variants {
        precondition(variant.response.key == resource.key)
        bytes += variant.response.cost
        count += 1
        perZone[variant.response.zone.id, default: 0] += variant.response.cost
      }
    }
    precondition(bytes == queues.bytes && count == queues.count)
    precondition(bytes + inFlightBytes <= capacity || count == 0)
    precondition(inFlightBytesOfZones.values.reduce(0, +) == inFlightBytes)
    precondition(perZone.count == zoneSlots.count)
    for (zone, slot) in zoneSlots { precondition(queues.bytes(of: slot) == perZone[zone]) }
  }
}

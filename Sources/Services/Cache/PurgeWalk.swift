// What gives back the memory of responses that a purge voided.

import Primitives
import Runtime

/// Looks at all that a shard stores of one zone after a purge, a part per turn of the zone's lane, and takes
/// out what is void. Nobody waits for it: what is void is not used before either.
///
/// One for each zone and shard, from the first purge until its credit is full again. A purge that comes while
/// it walks makes it walk once more, and no purge takes what others have spent. Confined to the shard's loop.
final class PurgeWalk: LoopWork {
  /// Keeps the shard until the walk has rested: deadlines end on their loop.
  private let shard: CacheShard
  private let zone: CacheZone
  private var credit: WalkCredit
  /// The number of the latest purge when the walk began.
  private var sequence: UInt64 = 0
  /// All was looked at; it waits until its credit is full, or another purge comes.
  private var isResting = true

  init(of zone: CacheZone, at shard: CacheShard) {
    self.shard = shard
    self.zone = zone
    credit = WalkCredit(at: shard.loop.preciseNow)
    super.init(on: shard.lane)
  }

  /// A purge came that this walk would not have seen by itself.
  func purgeCame() {
    guard isResting else { return }
    setDeadline(.never)
    begin()
  }

  override func run() {
    let begun = loop.preciseNow
    let (stayed, void) = look(since: begun)
    let now = loop.preciseNow
    credit.renew(at: now)
    credit.spend(elapsed: now.nanoseconds(since: begun), stayed: stayed, void: void)
    isWalking ? goOn() : end()
  }

  override func deadlineReached() {
    guard isResting else { return goOn() }
    shard.walks[zone.id] = nil
  }

  /// Looks at what there is now from its beginning on.
  private func begin() {
    isResting = false
    // Before the walk begins: what comes later is for the next.
    sequence = zone.latestVoiding
    if let slot = shard.zoneSlots[zone.id] { shard.queues.beginWalk(of: slot) }
    isWalking ? goOn() : end()
  }

  private var isWalking: Bool {
    // If nothing was stored for a while, the walk ended with the last of what there was.
    guard let slot = shard.zoneSlots[zone.id] else { return false }
    return shard.queues.isWalking(slot)
  }

  /// Takes the next turn, on the lane of the zone if it has one by now.
  private func goOn() {
    credit.renew(at: loop.preciseNow)
    guard credit.isEnough else { return setDeadline(credit.enoughAt) }
    lane = shard.payingLane(of: zone.id)
    enqueue()
  }

  private func look(since begun: Instant) -> (stayed: Int, void: Int) {
    guard let slot = shard.zoneSlots[zone.id] else { return (0, 0) }
    var (stayed, void) = (0, 0)
    var steps = CacheLimits.walkSteps
    // The slot is no other zone's before this turn ends, also if the last response goes.
    while stayed + void < CacheLimits.walkedPerTurn,
      let response = shard.queues.nextOfWalk(of: slot, &steps)
    {
      if response.isCurrent {
        stayed += 1
      } else {
        shard.discard(response)
        void += 1
      }
      if loop.preciseNow.nanoseconds(since: begun) > CacheLimits.walkTurnNanoseconds { break }
    }
    shard.walkedCount += stayed + void
    return (stayed, void)
  }

  private func end() {
    let isAware = shard.awareWalks.withLock { zones in
      if zone.latestVoiding == sequence { zones.remove(zone.id) }
      return zones.contains(zone.id)
    }
    if isAware { return begin() }
    isResting = true
    lane = shard.lane
    setDeadline(credit.fullAt)
  }
}

extension CacheShard {
  /// Gives back what the zone's latest purge voids, little by little. From any thread.
  func reclaim(_ zone: CacheZone) {
    guard awareWalks.withLock({ $0.insert(zone.id).inserted }) else { return }
    lane.post { [self] in
      charge(zone.id)
      let walk = walks[zone.id] ?? PurgeWalk(of: zone, at: self)
      walks[zone.id] = walk
      walk.purgeCame()
    }
  }
}

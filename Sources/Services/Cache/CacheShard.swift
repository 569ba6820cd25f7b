// The part of the RAM cache that belongs to one loop.

import HTTP
import Location
import Primitives
package import Runtime

/// Owner of the responses whose keys hash to its loop, and the loop's view of those of others.
///
/// Confined to its loop, but for `lane`, by which other loops send it messages.
package final class CacheShard: @unchecked Sendable {
  // Confined to its loop; other threads only post to `lane`.
  package let loop: EventLoop
  let index: Int
  /// All shards; set by the group, which lives as long as any stage.
  weak var group: CacheGroup?
  /// How many shards there are.
  let shardCount: Int
  let hash: KeyedHash
  /// Where other loops' messages arrive; the zone they are for is charged.
  package let lane: Lane
  /// Bytes that stored responses and bodies being received may take.
  let capacity: Int

  var resources = HashTable<CachedResource>()
  var queues = EvictionQueues<StoredResponse>()
  var zoneSlots: [ZoneID: Int32] = [:]
  var front: FrontCache
  /// What this loop knows to be on its way.
  var flights = HashTable<Flight>()
  /// Which fetches for keys of this shard are under way, on any loop.
  var claims = HashTable<Claim>()
  var markers = MarkerTable()
  /// Why responses that were fetched on this loop were not stored.
  var refusals = RefusalTable()
  private var invalidations = InvalidationTable()
  /// Bytes of bodies being received to be stored.
  private(set) var inFlightBytes = 0
  /// The same for each zone that has some.
  private(set) var inFlightBytesOfZones: [ZoneID: Int] = [:]
  /// Lanes of the zones that are active on this loop.
  private var zoneLanes: [ZoneID: ZoneLane] = [:]
  /// Where the key of the request being looked up is built.
  var key: [UInt8] = []
  /// Where the parameters of its query are put in order.
  var keyParts: [Range<Int>] = []

  /// Where addresses are; nil if that is not known here.
  var locations: LocationDatabase?
  /// Keys asked for countries, and there was nothing to find them in.
  package var hasMissedLocations = false

  init(loop: EventLoop, index: Int, shardCount: Int, ramBytes: Int, hash: KeyedHash) {
    precondition(index < shardCount)
    self.hash = hash
    self.loop = loop
    self.index = index
    self.shardCount = shardCount
    lane = Lane(loop: loop, name: "cache", isCommon: true)
    let frontBytes = shardCount > 1 ? ramBytes / CacheLimits.frontShareOfLoop : 0
    capacity = ramBytes - frontBytes
    front = FrontCache(slots: shardCount > 1 ? CacheLimits.frontSlots : 4, limit: frontBytes)
    key.reserveCapacity(1024)
  }

  /// Hashes of keys whose bodies are being written to the disk in slices.
  var writing: Set<UInt64> = []

  /// Passes that are over, kept for their memory.
  private var sparePasses: [CachePass] = []

  /// A pass that is new or over.
  func takePass() -> CachePass {
    if let pass = sparePasses.popLast(), pass.ownsFetchAlone { return pass }
    return CachePass(on: lane)
  }

  /// Takes back a pass that is over.
  func keep(_ pass: CachePass) {
    if sparePasses.count < CacheLimits.sparePasses { sparePasses.append(pass) }
  }

  /// Looks at the disk in this piece of the loop's work, and which that is.
  private var looks = 0
  private var looksOf: UInt64 = 0

  /// What gives back the memory of zones that were purged lately.
  var walks: [ZoneID: PurgeWalk] = [:]
  /// Zones whose walk will see by itself that there was another purge. From any thread.
  let awareWalks = Guarded<Set<ZoneID>>([])
  /// Responses that walks have looked at.
  var walkedCount = 0

  /// Time as tests want it; nil lets it pass.
  var heldTime: HeldTime?

  /// The present, by which responses age.
  @inline(__always)
  var now: Instant { heldTime?.now ?? loop.now }
  var wallTime: WallTime { heldTime?.wall ?? loop.wallTime }

  /// Bytes of stored responses, with overhead.
  package var storedBytes: Int { queues.bytes }

  /// Stored responses.
  package var storedCount: Int { queues.count }

  /// The index of the shard that owns keys of that hash.
  @inline(__always)
  func ownerIndex(_ hash: UInt64) -> Int {
    shardCount == 1 ? 0 : Int(truncatingIfNeeded: (hash >> 32) & 0xffff) % shardCount
  }

  /// Bytes of the slices that bodies are divided into which are too large for memory or the disk to
  /// take whole.
  var sliceBytes: Int {
    var size = CacheLimits.sliceBytes
    while size > CacheLimits.leastSliceBytes, size * 2 > capacity / CacheLimits.objectShareOfShard {
      size /= 2
    }
    return size
  }

  /// Whether so many bytes of a body may be kept while it comes and be stored. A zone may have as
  /// much on its way as it leaves free for the others, so that there is always room for one more.
  func admits(bytes: UInt64, of zone: ZoneID, maximum: Int) -> Bool {
    let free = capacity / CacheLimits.inFlightShareOfShard - inFlightBytes
    return bytes <= UInt64(maximum) && bytes <= UInt64(capacity / CacheLimits.objectShareOfShard)
      && bytes + UInt64(inFlightBytesOfZones[zone] ?? 0) <= UInt64(max(0, free))
  }

  /// Accounts for bytes of a body being received.
  func countInFlight(_ bytes: Int, of zone: ZoneID) {
    guard bytes != 0 else { return }
    let ofZone = (inFlightBytesOfZones[zone] ?? 0) + bytes
    inFlightBytes += bytes
    precondition(ofZone >= 0 && inFlightBytes >= ofZone)
    inFlightBytesOfZones[zone] = ofZone == 0 ? nil : ofZone
    if bytes > 0 { makeRoom(0) }
  }

  /// Whether a request may look at the disk within its job; counts it. Others of the job take a task.
  func mayLook() -> Bool {
    if looksOf != loop.workMark { (looksOf, looks) = (loop.workMark, 0) }
    looks += 1
    return looks <= DiskLimits.looksOfJob
  }

  /// Notes that a stage of a zone works on this loop, to charge its lane for messages.
  func stageBegan(_ zone: ZoneID, on lane: Lane) {
    zoneLanes[zone] = ZoneLane(lane: lane, stages: (zoneLanes[zone]?.stages ?? 0) + 1)
  }

  func stageEnded(_ zone: ZoneID) {
    guard let present = zoneLanes[zone] else { return }
    zoneLanes[zone] =
      present.stages == 1 ? nil : ZoneLane(lane: present.lane, stages: present.stages - 1)
  }

  /// Makes the zone pay for what follows, if it is active here.
  func charge(_ zone: ZoneID) {
    if let active = zoneLanes[zone] { loop.charge(active.lane) }
  }

  /// The zone's own lane, or the shard's if it is not active here.
  func payingLane(of zone: ZoneID) -> Lane { zoneLanes[zone]?.lane ?? lane }

  /// Notes that what is fetched for `hash` up to now, which it returns, must not be stored.
  func noteInvalidation(_ hash: UInt64, of zone: CacheZone) -> Instant {
    let now = SystemClock.monotonic
    invalidations.note(hash, of: zone, at: now)
    return now
  }

  func wasInvalidated(_ hash: UInt64, of zone: CacheZone, since instant: Instant) -> Bool {
    invalidations.isNoted(hash, of: zone, since: instant)
  }

  /// Whether the target of a response was invalidated since it was asked for: its key has an earlier
  /// instant then.
  func isOutdated(_ stored: StoredResponse) -> Bool {
    guard let instant = CacheKey.invalidation(in: stored.key) else { return false }
    let key = stored.key
    let target = hash.hash(CacheKey.targetSpan(of: key))
    return stored.zone.targetInvalidations().latest(target) > instant
  }

  /// A zone that is active on this loop, with how many of its stages are.
  private struct ZoneLane {
    let lane: Lane
    let stages: Int
  }
}

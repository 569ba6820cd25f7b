// Purges of a zone.

package import Primitives
import Runtime

extension CacheZone {
  /// What the zone's purges make of a response whose fetch began, or that was judged last, when
  /// `sequence` was the number of the latest (`purgeSequence`), by its whole cache key and the hashes
  /// of its tags (`PurgeHash`). From any thread, in a few microseconds; in a tenth of a millisecond with
  /// a thousand tags and as many purges since.
  package func verdict(
    since sequence: UInt64, key: [UInt8], tags: [UInt64]
  ) -> PurgeVerdict {
    if sequence < purgeFloor { return .void }
    return PurgeTarget.with(key: key) { text, hostLength in
      let target = PurgeHash.target(text)
      let host = PurgeHash.host(text.extracting(0..<hostLength))
      return purges.withLock {
        $0.verdict(since: sequence, target: target, host: host, tags: tags, text)
      }
    }
  }

  /// How many purges are kept.
  package var keptPurges: Int { purges.withLock { $0.count } }

  /// Puts a purge into force, whose number is later than all before: when this returns, no loop uses
  /// what it voids. One thread at a time.
  func apply(_ purge: Purge, sequence: UInt64, at now: Instant) {
    let (floor, dropped) = purges.withLock { table in
      let dropped = table.note(purge, sequence: sequence, at: now)
      return (table.floor.hard, dropped)
    }
    let voids = !purge.isSoft || floor > purgeFloor
    setPurges(floor: floor, sequence: sequence)
    if voids { noteVoiding(sequence) }
    _ = consume dropped
  }

  /// Takes over what the store of zones has, before anything is stored: `verdict` knows nothing of
  /// earlier purges without it. Purges may be put into force meanwhile. May take long: not on a loop.
  package func load(
    _ stored: StoredPurges, wallTime: WallTime, at now: Instant = SystemClock.monotonic
  ) {
    func mark(_ stored: StoredPurges.Mark) -> PurgeTable.Mark {
      let age = UInt64(max(0, wallTime.seconds - stored.softTime.seconds)) * 1_000_000_000
      return PurgeTable.Mark(
        hard: stored.hard, soft: stored.soft,
        softTime: Instant(nanoseconds: now.nanoseconds > age ? now.nanoseconds - age : 1))
    }
    func generation(_ items: [StoredPurges.Item]) -> PurgeGeneration {
      var generation = PurgeGeneration()
      for item in items { generation.note(item.hash, mark(item.mark)) }
      return generation
    }
    var table = PurgeTable()
    var dropped = PurgeTable.Dropped()
    table.load(
      mark(stored.floor), old: generation(stored.old), young: generation(stored.young))
    // In their order: what there is no room for is of the oldest.
    for (bytes, own) in stored.prefixes.sorted(by: { $0.mark.latest < $1.mark.latest }) {
      table.note(.prefix(bytes), mark(own), &dropped)
    }
    let loaded = table
    let floor: UInt64? = purges.withLock { present in
      guard !isLoaded else { return nil }
      let meanwhile = present
      present = loaded
      present.merge(meanwhile, &dropped)
      noteLoaded()
      return present.floor.hard
    }
    guard let floor else { return }
    purgesUnderWay.note(stored.sequence)
    setPurges(floor: floor, sequence: stored.sequence)
  }
}

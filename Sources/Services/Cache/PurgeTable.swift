// The purges of a zone.

import Primitives

/// All purges of a zone that may matter to what is stored of it. A purge costs the same whatever is
/// stored; responses are compared with it when they are looked at.
///
/// Bounded: what is kept of the older purges when there are too many is the latest of them, for
/// everything (the *floor*). More is void then than was asked for, never less.
struct PurgeTable: Sendable {
  typealias Mark = PurgeMark<Instant>

  private var young = PurgeGeneration()
  private var old = PurgeGeneration()
  private var prefixes: [Prefix] = []
  /// What holds for everything.
  private(set) var floor = Mark(softTime: .never)
  private let generationCount: Int
  private let prefixCount: Int

  /// The purge of a prefix.
  private struct Prefix: Sendable {
    let bytes: [UInt8]
    var mark: Mark
  }

  /// Memory that is not needed any more, to be given back where nobody waits.
  struct Dropped: Sendable {
    fileprivate var generations: [PurgeGeneration] = []
  }

  /// A table that keeps twice `generationCount` purges and `prefixCount` of prefixes.
  init(
    generationCount: Int = CacheLimits.purges / 2, prefixCount: Int = CacheLimits.purgePrefixes
  ) {
    precondition(generationCount > 0 && prefixCount > 1)
    self.generationCount = generationCount
    self.prefixCount = prefixCount
  }

  /// How many purges are kept.
  var count: Int { young.count + old.count + prefixes.count }

  /// The latest purges by that hash.
  func mark(of hash: UInt64) -> Mark? { young.mark(of: hash) ?? old.mark(of: hash) }

  /// Notes a purge with its number, which is later than all before, and the instant since which
  /// softly purged responses are stale.
  mutating func note(_ purge: Purge, sequence: UInt64, at instant: Instant) -> Dropped {
    let mark = Mark(
      hard: purge.isSoft ? 0 : sequence, soft: purge.isSoft ? sequence : 0, softTime: instant)
    var dropped = Dropped()
    if purge.isEverything {
      floor.merge(mark)
      if !purge.isSoft { clear(&dropped) }
    }
    for item in purge.items { note(item, mark, &dropped) }
    return dropped
  }

  /// Notes the latest purges of something.
  mutating func note(_ item: PurgeItem, _ mark: Mark, _ dropped: inout Dropped) {
    if case .prefix(let bytes) = item {
      notePrefix(bytes, mark)
    } else {
      note(item.hash, mark, &dropped)
    }
  }

  /// As `note` of an item that is no prefix, by its hash.
  mutating func note(_ hash: UInt64, _ mark: Mark, _ dropped: inout Dropped) {
    if young.mark(of: hash) == nil, young.count >= generationCount {
      floor.merge(old.newest)
      dropped.generations.append(old)
      old = young
      young = PurgeGeneration()
    }
    if let earlier = old.take(hash) { young.note(hash, earlier) }
    young.note(hash, mark)
  }

  /// Begins with what the store of zones has: what holds for everything, and the purges of both
  /// generations by their hash.
  mutating func load(_ floor: Mark, old: PurgeGeneration, young: PurgeGeneration) {
    self.floor.merge(floor)
    self.old = old
    self.young = young
  }

  /// Takes in what was noted elsewhere meanwhile.
  mutating func merge(_ other: PurgeTable, _ dropped: inout Dropped) {
    floor.merge(other.floor)
    for generation in [other.old, other.young] {
      generation.forEach { note($0, $1, &dropped) }
    }
    for prefix in other.prefixes { notePrefix(prefix.bytes, prefix.mark) }
  }

  /// What the purges after `sequence` make of a response, whose target `PurgeTarget` lent, and whose
  /// tags have those hashes.
  func verdict(
    since sequence: UInt64, target: UInt64, host: UInt64, tags: [UInt64], _ text: Span<UInt8>
  ) -> PurgeVerdict {
    var latest = floor
    if latest.hard > sequence { return .void }
    take(target, after: sequence, &latest)
    take(host, after: sequence, &latest)
    for tag in tags { take(tag, after: sequence, &latest) }
    for index in prefixes.indices where prefixes[index].mark.latest > sequence {
      if text.starts(with: prefixes[index].bytes) { latest.merge(prefixes[index].mark) }
    }
    if latest.hard > sequence { return .void }
    return latest.soft > sequence ? .stale(since: latest.softTime) : .current
  }

  private func take(_ hash: UInt64, after sequence: UInt64, _ latest: inout Mark) {
    if let mark = young.mark(of: hash, after: sequence) {
      latest.merge(mark)
    } else if let mark = old.mark(of: hash, after: sequence) {
      latest.merge(mark)
    }
  }

  private mutating func notePrefix(_ bytes: [UInt8], _ mark: Mark) {
    if let index = prefixes.firstIndex(where: { $0.bytes == bytes }) {
      prefixes[index].mark.merge(mark)
      return
    }
    if prefixes.count >= prefixCount {
      prefixes.sort { $0.mark.latest < $1.mark.latest }
      for prefix in prefixes.prefix(prefixCount / 2) { floor.merge(prefix.mark) }
      prefixes.removeFirst(prefixCount / 2)
    }
    prefixes.append(Prefix(bytes: bytes, mark: mark))
  }

  private mutating func clear(_ dropped: inout Dropped) {
    dropped.generations += [young, old]
    young = PurgeGeneration()
    old = PurgeGeneration()
    prefixes = []
  }
}

extension Span where Element == UInt8 {
  /// Compares in blocks: a zone may have 256 prefixes that differ in their last byte only, and each of
  /// its responses is compared with all of them.
  fileprivate func starts(with prefix: [UInt8]) -> Bool {
    guard prefix.count <= count else { return false }
    let prefix = prefix.span
    var start = 0
    while start < prefix.count {
      let end = Swift.min(start + 64, prefix.count)
      var difference: UInt8 = 0
      for index in start..<end { difference |= self[index] ^ prefix[index] }
      if difference != 0 { return false }
      start = end
    }
    return true
  }
}

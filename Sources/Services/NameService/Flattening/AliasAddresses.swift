// The addresses of aliases' targets that one zone has asked for.

import DNS
import Primitives
import Runtime

/// Addresses of names outside a zone that its flattened aliases lead to, on one loop: asked for when they
/// are first wanted, and again before they run out while somebody asks; used for longer when nobody can
/// tell. What is learnt of one zone is not used for another.
///
/// Confined to its loop.
final class AliasAddresses {
  /// What is known of one name and family.
  final class Entry {
    fileprivate let target: [UInt8]
    fileprivate let type: RecordType
    /// A run of contents; empty if the name has no such addresses.
    fileprivate(set) var contents: [UInt8] = []
    fileprivate(set) var ttl: UInt32 = 0
    fileprivate var isKnown = false
    fileprivate var isAsked = false
    fileprivate var askedAt = Instant(nanoseconds: 0)
    /// Until when queries wait for what was asked.
    fileprivate(set) var waitsUntil = Instant(nanoseconds: 0)
    fileprivate var validUntil = Instant(nanoseconds: 0)
    fileprivate var retryAt = Instant(nanoseconds: 0)
    fileprivate var failures = 0
    fileprivate var usedAt = Instant(nanoseconds: 0)
    /// Queries that wait for it: those over UDP, and connections.
    var queries = HeldQueries.Chain()
    var streams: [NameStream] = []

    fileprivate init(_ target: [UInt8], _ type: RecordType) {
      self.target = target
      self.type = type
    }

    var isAwaited: Bool { !queries.isEmpty || !streams.isEmpty }
  }

  /// What to answer.
  enum Finding {
    /// Addresses, or none, for so many seconds.
    case known(Entry, ttl: UInt32)
    /// They are being asked for.
    case waits(Entry)
    case failed
  }

  private unowned let zone: NameZone
  private let hasher: KeyedHash
  private(set) var entries: [UInt64: Entry] = [:]

  init(_ zone: NameZone, hasher: KeyedHash) {
    self.zone = zone
    self.hasher = hasher
  }

  /// The addresses of `target`, which is in canonical wire form.
  func find(_ target: Span<UInt8>, _ type: RecordType) -> Finding {
    find(target, type, now: zone.server.loop.now)
  }

  func find(_ target: Span<UInt8>, _ type: RecordType, now: Instant) -> Finding {
    let entry = entry(target, type, now)
    entry.usedAt = now
    if entry.isKnown, now < entry.validUntil {
      let rest = entry.validUntil.nanoseconds(since: now)
      // Before it runs out, so that nobody has to wait.
      if rest < UInt64(entry.ttl) * 1_000_000_000 / 4 { ask(entry, now) }
      return .known(entry, ttl: entry.ttl)
    }
    ask(entry, now)
    // Nobody waits while there is something to say (RFC 8767 section 5).
    if isUsable(entry, now) {
      return .known(entry, ttl: min(entry.ttl, NameServiceLimits.staleAliasTTL))
    }
    return entry.isAsked && now < entry.waitsUntil ? .waits(entry) : .failed
  }

  private func isUsable(_ entry: Entry, _ now: Instant) -> Bool {
    entry.isKnown && now < entry.validUntil + .seconds(NameServiceLimits.aliasStaleSeconds)
  }

  private func entry(_ target: Span<UInt8>, _ type: RecordType, _ now: Instant) -> Entry {
    let hash = hasher.mixed(UInt64(type.rawValue), 0).hash(target)
    if let entry = entries[hash], entry.type == type, entry.target.withSpan({ $0.equals(target) }) {
      return entry
    }
    makeRoom()
    var copy: [UInt8] = []
    copy.append(target)
    let entry = Entry(copy, type)
    entries[hash] = entry
    return entry
  }

  /// Rare: the zone's aliases have led to more names since it is in memory than are remembered. Nobody waits
  /// for some of them: no zone may have as many queries waiting.
  private func makeRoom() {
    guard entries.count >= NameServiceLimits.aliasEntries,
      let oldest = entries.filter({ !$0.value.isAwaited })
        .min(by: { $0.value.usedAt < $1.value.usedAt })
    else { return }
    entries[oldest.key] = nil
  }

  private func ask(_ entry: Entry, _ now: Instant) {
    // What came may have met no zone: it was out of memory meanwhile.
    let isLost = now >= entry.askedAt + .seconds(NameServiceLimits.aliasLookupSeconds)
    guard !entry.isAsked || isLost, now >= entry.retryAt else { return }
    entry.isAsked = true
    entry.askedAt = now
    entry.waitsUntil = now + .milliseconds(zone.server.aliasWaitMilliseconds)
    zone.server.directory.findAddresses(
      AliasQuestion(zone: zone.snapshot.id, name: entry.target, type: entry.type))
  }

  /// What was asked for came, on this loop or on another; who waits for it is to be woken.
  func learn(
    _ target: Span<UInt8>, _ type: RecordType, _ finding: AliasFinding, now: Instant
  ) -> Entry {
    let entry = entry(target, type, now)
    entry.isAsked = false
    switch finding {
    case .addresses(let run, let ttl): note(run, ttl, in: entry, now)
    case .unproven where !isUsable(entry, now) || entry.contents.isEmpty:
      note([], NameServiceLimits.noAddressTTL, in: entry, now)
    case .unproven, .failed:
      let seconds = NameServiceLimits.aliasRetrySeconds << Int64(min(entry.failures, 4))
      entry.failures += 1
      entry.retryAt = now + .seconds(seconds)
    }
    return entry
  }

  private func note(_ run: [UInt8], _ ttl: UInt32, in entry: Entry, _ now: Instant) {
    entry.contents = run
    entry.ttl = min(max(ttl, NameServiceLimits.leastAliasTTL), NameServiceLimits.longestAliasTTL)
    entry.isKnown = true
    entry.validUntil = now + .seconds(Int64(entry.ttl))
    entry.failures = 0
    entry.retryAt = now
  }
}

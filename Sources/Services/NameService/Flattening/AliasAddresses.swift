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
    /// The server's state in which it was asked for, and that in which our own zones said so.
    fileprivate var askedState: UInt64 = 0
    fileprivate var state: UInt64?
    fileprivate var answeredAt = Instant(nanoseconds: 0)
    fileprivate var validUntil = Instant(nanoseconds: 0)
    fileprivate var retryAt = Instant(nanoseconds: 0)
    fileprivate var failures = 0
    fileprivate var usedAt = Instant(nanoseconds: 0)

    fileprivate init(_ target: [UInt8], _ type: RecordType) {
      self.target = target
      self.type = type
    }
  }

  /// What to answer.
  enum Finding {
    /// Addresses, or none, for so many seconds.
    case known(Entry, ttl: UInt32)
    /// They are being asked for.
    case waits
    case failed
  }

  private unowned let zone: NameZone
  private let hasher: KeyedHash
  private var entries: [UInt64: Entry] = [:]

  init(_ zone: NameZone, hasher: KeyedHash) {
    self.zone = zone
    self.hasher = hasher
  }

  var count: Int { entries.count }

  /// The addresses of `target`, which is in canonical wire form.
  func find(_ target: Span<UInt8>, _ type: RecordType) -> Finding {
    find(target, type, now: zone.server.loop.now)
  }

  func find(_ target: Span<UInt8>, _ type: RecordType, now: Instant) -> Finding {
    let entry = entry(target, type)
    entry.usedAt = now
    if isGood(entry, now) {
      let rest = entry.validUntil.nanoseconds(since: now)
      // Before it runs out, so that nobody has to wait.
      if entry.state == nil, rest < UInt64(entry.ttl) * 1_000_000_000 / 4 { ask(entry, now) }
      return .known(entry, ttl: entry.ttl)
    }
    ask(entry, now)
    let isUsable =
      entry.isKnown && now < entry.validUntil + .seconds(NameServiceLimits.aliasStaleSeconds)
    // Who has failed before is not waited for again while there is something to say.
    if entry.isAsked, entry.failures == 0 || !isUsable { return .waits }
    guard isUsable else { return .failed }
    return .known(entry, ttl: min(entry.ttl, NameServiceLimits.staleAliasTTL))
  }

  private func isGood(_ entry: Entry, _ now: Instant) -> Bool {
    guard entry.isKnown, now < entry.validUntil else { return false }
    guard let state = entry.state, state != zone.server.state else { return true }
    // While many zones change in a row, what was said just now is said.
    return now < entry.answeredAt + .milliseconds(NameServiceLimits.aliasMomentMilliseconds)
  }

  private func entry(_ target: Span<UInt8>, _ type: RecordType) -> Entry {
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

  /// Rare: the zone's aliases have led to more names since it is in memory than are remembered.
  private func makeRoom() {
    guard entries.count >= NameServiceLimits.aliasEntries,
      let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })
    else { return }
    entries[oldest.key] = nil
  }

  private func ask(_ entry: Entry, _ now: Instant) {
    guard !entry.isAsked, now >= entry.retryAt else { return }
    entry.isAsked = true
    entry.askedState = zone.server.state
    zone.server.findAddresses(of: entry.target, entry.type, for: zone, entry)
  }

  /// What was asked for came.
  static func answered(_ entry: Entry, _ finding: AliasFinding, now: Instant) {
    entry.isAsked = false
    switch finding {
    case .addresses(let run, let ttl, let isOurs):
      entry.contents = run
      entry.ttl = min(max(ttl, NameServiceLimits.leastAliasTTL), NameServiceLimits.longestAliasTTL)
      entry.isKnown = true
      entry.state = isOurs ? entry.askedState : nil
      entry.answeredAt = now
      entry.validUntil = now + .seconds(Int64(entry.ttl))
      entry.failures = 0
      entry.retryAt = now
    case .failed:
      let seconds = NameServiceLimits.aliasRetrySeconds << Int64(min(entry.failures, 4))
      entry.failures += 1
      entry.retryAt = now + .seconds(seconds)
    }
  }
}

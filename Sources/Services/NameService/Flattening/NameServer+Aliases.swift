// Queries that wait for the addresses of an alias's target.

import DNS
import Primitives
import Runtime

extension NameServer {
  /// What an answer still needs; the addresses that it waits for are `awaitedAlias`.
  func rest(of answer: ZoneAnswer) -> Rest {
    awaitedAlias = answer.awaited
    return answer.awaited != nil ? .alias : answer.signatures == .later ? .turn : .nothing
  }

  /// Keeps a query until the addresses are known that its answer needs; with too many of them it is dropped,
  /// and its zone pays.
  func awaitAlias(_ query: Span<UInt8>, _ origin: HeldQueries.Origin, _ zone: NameZone) {
    guard let entry = awaitedAlias, hasRoom(zone), zone.heldCount < placesPerZone,
      held.append(query, origin, to: &entry.queries)
    else {
      counters.dropped += 1
      return
    }
    began(entry, zone)
  }

  /// The first query of `zone` waits for them, or is dropped.
  func awaitAlias(firstOf zone: NameZone) {
    guard let entry = awaitedAlias, hasRoom(zone) else {
      counters.dropped += 1
      return held.removeFirst(of: &zone.held)
    }
    held.move(firstOf: &zone.held, to: &entry.queries)
    began(entry, zone)
  }

  /// The query in front of a connection waits for them; nil, if too many do.
  func awaitAlias(_ stream: NameStream, _ zone: NameZone) -> AliasAddresses.Entry? {
    guard let entry = awaitedAlias, hasRoom(zone) else { return nil }
    entry.streams.append(stream)
    began(entry, zone)
    return entry
  }

  private func hasRoom(_ zone: NameZone) -> Bool {
    guard aliasWaits.count < NameServiceLimits.aliasWaitsAtMost else { return false }
    let share = (NameServiceLimits.aliasWaitsPerLoop - aliasWaits.count) / 4
    let bound = min(share, NameServiceLimits.aliasWaitsPerZone)
    return zone.aliasWaits < max(bound, NameServiceLimits.leastAliasWaits)
  }

  private func began(_ entry: AliasAddresses.Entry, _ zone: NameZone) {
    zone.aliasWaits += 1
    aliasWaits.count += 1
    if entry.queries.count + entry.streams.count == 1 { aliasWaits.begin(zone, entry) }
  }

  private func ended(_ count: Int, _ zone: NameZone) {
    zone.aliasWaits -= count
    aliasWaits.count -= count
  }

  /// A connection that waited for `entry` is closed.
  func leave(_ stream: NameStream, _ entry: AliasAddresses.Entry, _ zone: NameZone) {
    let before = entry.streams.count
    entry.streams.removeAll { $0 === stream }
    ended(before - entry.streams.count, zone)
  }

  /// What the directory was asked for is known, or that nobody can tell: those who wait for it go on. On the
  /// loop.
  package func learn(_ question: AliasQuestion, _ finding: AliasFinding) {
    guard let zone = zone(question.zone) else { return }
    let entry = question.name.withSpan {
      zone.aliases.learn($0, question.type, finding, now: loop.now)
    }
    wake(entry, zone)
  }

  /// Those who wait for `entry` are answered with what is known now.
  func wake(_ entry: AliasAddresses.Entry, _ zone: NameZone) {
    guard entry.isAwaited else { return }
    let streams = entry.streams
    ended(entry.queries.count + streams.count, zone)
    while !entry.queries.isEmpty { held.move(firstOf: &entry.queries, to: &zone.held) }
    if !zone.held.isEmpty { zone.enqueue() }
    entry.streams = []
    for stream in streams { stream.aliasAnswered() }
  }

  /// The zone leaves memory: all who wait go on.
  func wakeAll(of zone: NameZone) {
    guard zone.aliasWaits > 0 else { return }
    for entry in zone.aliases.entries.values { wake(entry, zone) }
  }
}

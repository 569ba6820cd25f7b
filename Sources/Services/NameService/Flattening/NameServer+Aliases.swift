// Queries that wait for the addresses of an alias's target.

import DNS
import Primitives
import Runtime

extension NameServer {
  /// Keeps a query until addresses that it needs are known; with too many of them it is dropped, and
  /// its zone pays.
  func awaitAlias(_ query: Span<UInt8>, _ origin: HeldQueries.Origin, _ zone: NameZone) {
    guard zone.heldCount < placesPerZone, held.append(query, origin, to: &zone.waiting) else {
      counters.dropped += 1
      return
    }
  }

  /// The first query of `zone` waits for that.
  func awaitAlias(firstOf zone: NameZone) { held.move(firstOf: &zone.held, to: &zone.waiting) }

  /// Asks for what `entry` wants.
  func findAddresses(
    of target: [UInt8], _ type: RecordType, for zone: NameZone, _ entry: AliasAddresses.Entry
  ) {
    let number = aliasQuestions.begin(zone, entry)
    directory.findAddresses(of: target, type, for: zone.snapshot.id) { [self] finding in
      guard let question = aliasQuestions.end(number) else { return }
      AliasAddresses.answered(question.entry, finding, now: loop.now)
      aliasAnswered(of: question.zone)
    }
  }

  /// Addresses came, or it is known that none do: those who wait for any are answered, or wait on.
  func aliasAnswered(of zone: NameZone) {
    while !zone.waiting.isEmpty { held.move(firstOf: &zone.waiting, to: &zone.held) }
    if !zone.held.isEmpty { zone.enqueue() }
    let streams = zone.waitingStreams
    zone.waitingStreams.removeAll()
    for stream in streams { stream.aliasAnswered() }
  }
}

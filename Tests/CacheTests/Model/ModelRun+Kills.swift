// Kills in the model test: what was not committed may be lost, and nothing else.

import Exchange
import HTTP
import Primitives
import Runtime

@testable import Cache

extension ModelRun {
  /// The process ends within an operation: nothing of it is done any more.
  func kill() async throws -> String? {
    counts.kills += 1
    if happens(6) {
      // All is committed, so that all must be there.
      cache.markChanges()
      history.await(.max)
      await cache.settle()
      history.settle()
    }
    try await cache.kill()
    passTime("kill")
    try await cache.start(at: time)
    var entries: [String: [OracleCache.Entry]] = [:]
    for path in plan.paths {
      let records = await cache.records(path, at: time)
      let candidates = records.isEmpty ? [] : history.candidates(path)
      var kept: [OracleCache.Entry] = []
      for record in records {
        guard let entry = candidates.first(where: { record.suits($0) }) else {
          return "after a kill \(path) has what it never had, or what is void: \(record)"
        }
        kept.append(entry)
      }
      for entry in history.committed(path)
      where !kept.contains(where: { $0.selecting == entry.selecting }) {
        return "a kill took what was committed of \(path): \(entry)"
      }
      counts.found += kept.count
      counts.differing += differences(path, kept)
      entries[path] = kept
    }
    oracle.begin(with: entries)
    history.begin(with: oracle.entries)
    oracle.open(now, wall: now + skew)
    setTime()
    return nil
  }

  /// How many responses of a path a kill took, changed or brought back.
  private func differences(_ path: String, _ kept: [OracleCache.Entry]) -> Int {
    let before = (oracle.entries[path] ?? []).filter(\.isOnDiskSoon)
    let lost = before.filter { entry in
      !kept.contains { $0.selecting == entry.selecting && $0.receivedWall == entry.receivedWall }
    }
    let back = kept.filter { entry in !before.contains { $0.selecting == entry.selecting } }
    return lost.count + back.count
  }

  /// Learns now and then what was committed.
  func noteCommits(_ number: Int) {
    if number.isMultiple(of: 20), history.awaited == nil {
      cache.markChanges()
      history.await(counts.requests)
    } else if number.isMultiple(of: 5), history.awaited != nil, cache.isSettled {
      history.settle()
    }
  }
}

/// A record as it is on the disk.
struct ModelRecord {
  let status: Int
  let body: String
  let control: String?
  let etag: String?
  let lifetime: Int
  let receivedWall: Int
  let tags: Set<UInt64>

  /// Whether it is of that response, in that state.
  func suits(_ entry: OracleCache.Entry) -> Bool {
    entry.status == status && entry.receivedWall == receivedWall
      && entry.fields["cache-control"] == control && entry.fields["etag"] == etag
      && OracleCache.ownLifetime(entry) == lifetime && entry.body == body
      && Set(entry.tags.map { PurgeHash.tag(Array($0.utf8).span) }) == tags
  }
}

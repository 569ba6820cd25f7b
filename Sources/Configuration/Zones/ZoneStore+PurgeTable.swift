// The purges that are kept beside a zone.

import Cache
import Primitives
import Storage

extension ZoneStore {
  func purgeState(
    of id: ZoneID, _ change: borrowing WriteTransaction
  ) throws(StorageError) -> PurgeState {
    guard let found = try change.value(at: PurgeTableKeys.state(id).span, in: tables.purges) else {
      return PurgeState()
    }
    return PurgeState(found)
  }

  func put(
    _ state: PurgeState, of id: ZoneID, _ change: inout WriteTransaction
  ) throws(StorageError) {
    try change.put(state.bytes, at: PurgeTableKeys.state(id), in: tables.purges)
  }

  /// Takes a purge with its number in, as `PurgeTable` does in memory. `state` is to be put afterwards.
  func keep(
    _ purge: Purge, _ sequence: UInt64, of id: ZoneID, _ state: inout PurgeState,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    let mark = StoredPurges.Mark(
      hard: purge.isSoft ? 0 : sequence, soft: purge.isSoft ? sequence : 0, softTime: purge.time)
    if purge.isEverything {
      state.floor.merge(mark)
      // What was void or stale before is void now.
      if !purge.isSoft {
        try removePrefixes(of: id, &change)
        state.clear()
      }
    }
    for item in purge.items {
      if case .prefix(let text) = item {
        try keep(mark, prefix: text, item.hash, of: id, &state, &change)
      } else {
        try keep(mark, item.hash, of: id, &state, &change)
      }
      if case .target = item { state.urlPurged = sequence }
    }
    state.sequence = sequence
    try sweep(id, state, limit: max(ZonesLimits.purgesSwept, purge.items.count * 2), &change)
  }

  // MARK: - Marks

  private func keep(
    _ mark: StoredPurges.Mark, _ hash: UInt64, of id: ZoneID, _ state: inout PurgeState,
    _ change: inout WriteTransaction
  ) throws(StorageError) {
    var merged = mark
    var key = PurgeTableKeys.mark(id, state.generation, hash)
    if let present = try change.value(at: key.span, in: tables.purges) {
      merged.merge(PurgeTableKeys.mark(present))
    } else {
      if state.young.count >= purgesPerGeneration {
        state.advance()
        key = PurgeTableKeys.mark(id, state.generation, hash)
      }
      let older = PurgeTableKeys.mark(id, state.generation - 1, hash)
      if let earlier = try change.copy(of: older, in: tables.purges) {
        merged.merge(PurgeTableKeys.mark(earlier.span))
        try change.remove(older, in: tables.purges)
        state.old.count -= 1
      }
      state.young.count += 1
    }
    state.young.newest.merge(merged)
    try change.put(PurgeTableKeys.bytes(merged), at: key, in: tables.purges)
  }

  /// Removes marks of generations that count no more, the oldest first: a purge makes one row at most
  /// and removes two, so that none are left when the next generation begins.
  private func sweep(
    _ id: ZoneID, _ state: PurgeState, limit: Int, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let prefix = PurgeTableKeys.prefix(id, .mark)
    let keys = try purgeKeys(prefix, limit: limit, before: state.generation - 1, change)
    for key in keys { try change.remove(key, in: tables.purges) }
  }

  // MARK: - Prefixes

  private func keep(
    _ mark: StoredPurges.Mark, prefix text: [UInt8], _ hash: UInt64, of id: ZoneID,
    _ state: inout PurgeState, _ change: inout WriteTransaction
  ) throws(StorageError) {
    let key = PurgeTableKeys.prefix(id, hash)
    var merged = mark
    if let present = try change.value(at: key.span, in: tables.purges) {
      merged.merge(PurgeTableKeys.mark(present))
    } else {
      if state.prefixes >= CacheLimits.purgePrefixes { try foldPrefixes(of: id, &state, &change) }
      state.prefixes += 1
    }
    try change.put(PurgeTableKeys.bytes(merged) + text, at: key, in: tables.purges)
  }

  /// Gives up the older half of the prefixes: the latest of them counts for everything.
  private func foldPrefixes(
    of id: ZoneID, _ state: inout PurgeState, _ change: inout WriteTransaction
  ) throws(StorageError) {
    var marks: [(key: [UInt8], mark: StoredPurges.Mark)] = []
    for key in try purgeKeys(PurgeTableKeys.prefix(id, .prefix), change) {
      guard let value = try change.value(at: key.span, in: tables.purges) else { continue }
      marks.append((key, PurgeTableKeys.mark(value)))
    }
    marks.sort { $0.mark.latest < $1.mark.latest }
    for (key, mark) in marks.prefix(marks.count / 2) {
      state.floor.merge(mark)
      try change.remove(key, in: tables.purges)
      state.prefixes -= 1
    }
  }

  private func removePrefixes(
    of id: ZoneID, _ change: inout WriteTransaction
  ) throws(StorageError) {
    for key in try purgeKeys(PurgeTableKeys.prefix(id, .prefix), change) {
      try change.remove(key, in: tables.purges)
    }
  }

  /// Up to `limit` keys below `prefix`, those of marks only of generations before `generation`.
  func purgeKeys(
    _ prefix: [UInt8], limit: Int = .max, before generation: UInt64 = .max,
    _ change: borrowing WriteTransaction
  ) throws(StorageError) -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var cursor = try change.cursor(over: tables.purges, prefix: prefix)
    while keys.count < limit, try cursor.next() {
      if generation < .max, PurgeTableKeys.generation(cursor.key) >= generation { break }
      keys.append(cursor.keyCopy())
    }
    return keys
  }
}

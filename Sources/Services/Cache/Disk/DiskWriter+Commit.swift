// Making a step durable in the index.

import Primitives
import Storage

extension DiskWriter {
  /// Commits the step; nil if that worked. If it did not, nothing has changed: records of the batch
  /// are lost, other changes wait for the next step.
  func commit(_ step: inout WriteStep, _ batch: [PendingChange]) -> StorageError? {
    let changes = step.soundChanges
    let unwritten = store.accounts.withLock { $0.takeUnwritten() }
    let isNeeded =
      step.evicted != nil || !step.swept.isEmpty || !unwritten.isEmpty
      || !step.lengths.isEmpty
    let outcome: IndexOutcome
    do {
      outcome = try store.index.commit(changes, always: isNeeded) { outcome in
        rows(for: step, after: outcome, and: unwritten)
      }
    } catch {
      store.noteWriteFault(.index(error))
      putBack(batch)
      store.accounts.withLock { $0.putBack(unwritten) }
      return error
    }
    apply(outcome, of: step)
    finish(batch)
    let admitted = WriteStep.puts(changes)
    noteIndexBytes()
    store.counters.withLock { counters in
      counters.commits += outcome.isEmpty ? 0 : 1
      counters.admitted += UInt64(admitted)
      counters.dropped += UInt64(step.lostRecords)
      counters.evicted += UInt64(step.evictedRecords)
      counters.reinserted += UInt64(step.reinserted)
    }
    return nil
  }

  /// Ends changes that the index has now, a few at a time: loops wait for that lock. Who sees some of them
  /// only finds the others in the index.
  private func finish(_ batch: [PendingChange]) {
    var rest = batch[...]
    while !rest.isEmpty {
      let some = rest.prefix(DiskLimits.finishedAtOnce)
      rest = rest.dropFirst(some.count)
      store.pending.withLock { $0.finish(some) }
    }
  }

  func noteIndexBytes() {
    let bytes = store.index.environment.usedBytes
    store.counters.withLock { $0.indexBytes = bytes }
  }

  private func rows(
    for step: WriteStep, after outcome: IndexOutcome, and zones: Set<UInt32>
  ) -> IndexRows {
    var rows = IndexRows()
    store.segments.withLock { segments in
      let numbers = Set(outcome.segments.keys).union(step.lengths.keys)
      for number in numbers.union(step.evicted.map { [$0.number] } ?? []) {
        guard let state = segments.states[number] else { continue }
        let row = row(state.row, of: number, step, outcome)
        let isDone = number == step.evicted?.number && row.records == 0
        rows.segments.append((number, isDone ? nil : row))
      }
    }
    for number in step.swept { rows.segments.append((number, nil)) }
    store.accounts.withLock { accounts in
      rows.zones = accounts.rows(after: outcome.zones, and: zones)
      rows.nextZone = accounts.nextNumber
    }
    return rows
  }

  private func row(
    _ row: SegmentRow, of number: UInt32, _ step: WriteStep, _ outcome: IndexOutcome
  ) -> SegmentRow {
    var row = row
    if let use = outcome.segments[number] {
      row.records = max(0, row.records + use.objects)
      row.liveBytes = max(0, row.liveBytes + use.bytes)
    }
    if let length = step.lengths[number] { row.length = length }
    return row
  }

  private func apply(_ outcome: IndexOutcome, of step: WriteStep) {
    var leftover = 0
    store.segments.withLock { segments in
      for number in Set(outcome.segments.keys).union(step.lengths.keys) {
        guard let state = segments.states[number] else { continue }
        segments.setRow(row(state.row, of: number, step, outcome), of: number)
      }
      if let evicted = step.evicted {
        leftover = segments.states[evicted.number]?.row.records ?? 0
        segments.remove(evicted.number)
      }
    }
    store.accounts.withLock { $0.apply(outcome.zones) }
    goneSegments.subtract(step.swept)
    guard let evicted = step.evicted else { return }
    if leftover > 0 {
      // Damage hid records from the walk: their entries are found by one through the index.
      goneSegments.insert(evicted.number)
      sweepStart = []
    }
    remove(evicted)
  }

  /// Records of the batch are given up; what says that others are void must not be.
  private func putBack(_ batch: [PendingChange]) {
    let records = batch.filter { $0.bytes > 0 }
    store.counters.withLock { $0.dropped += UInt64(records.count) }
    let rest = batch.filter { $0.bytes == 0 }
    store.pending.withLock { pending in
      pending.finish(records[...])
      pending.putBack(rest)
    }
    for change in records {
      guard case .put(let record, _) = change.kind else { continue }
      _ = store.add(change.digest, .supersede(selection: record.selection))
    }
  }
}

// What a disk may have after a kill.

/// The states that the naive cache had of each path since what is certainly committed, oldest first. Purges
/// are durable when they are made: what they void is in no state.
struct ModelHistory {
  typealias Entries = [OracleCache.Entry]

  private struct State {
    let number: Int
    var entries: Entries
  }

  private var states: [String: [State]] = [:]
  /// All that changed until this operation waits for the commit that is looked out for.
  private(set) var awaited: Int?

  /// What another process begins with is what is on the disk.
  mutating func begin(with entries: [String: Entries]) {
    states = entries.mapValues { [State(number: -1, entries: $0)] }
    awaited = nil
  }

  mutating func note(_ path: String, _ entries: Entries, at number: Int) {
    states[path, default: [State(number: -1, entries: [])]].append(
      State(number: number, entries: entries))
  }

  /// Looks out for a commit of all that changed until now.
  mutating func await(_ number: Int) { awaited = number }

  /// That was committed.
  mutating func settle() {
    guard let number = awaited else { return }
    awaited = nil
    for (path, all) in states where all.count > 1 {
      let first = all.lastIndex { $0.number <= number } ?? 0
      states[path] = Array(all[first...])
    }
  }

  mutating func purge(
    at end: (at: Int, wall: Int)?, where holds: (_ path: String, _ entry: OracleCache.Entry) -> Bool
  ) {
    for place in states.indices {
      let path = states[place].key
      for index in states.values[place].indices {
        OracleCache.purge(&states.values[place][index].entries, at: end) { holds(path, $0) }
      }
    }
  }

  /// What the disk may have of a path: the newest first.
  func candidates(_ path: String) -> Entries {
    states[path, default: []].reversed().flatMap { $0.entries.filter(\.isOnDiskSoon) }
  }

  /// What it must have something for: each state had that.
  func committed(_ path: String) -> Entries {
    guard let all = states[path], let first = all.first else { return [] }
    return first.entries.filter { entry in
      entry.isOnDiskSoon
        && all.dropFirst().allSatisfy { state in
          state.entries.contains { $0.selecting == entry.selecting && $0.isOnDiskSoon }
        }
    }
  }
}

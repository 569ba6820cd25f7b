// The store of zones as the model test has it.

import Primitives

@testable import Cache

/// The purges of one zone that outlive a process: nothing of them is ever forgotten.
struct ModelPurges {
  typealias Mark = StoredPurges.Mark

  /// The number of the latest.
  private(set) var sequence: UInt64 = 0
  private var floor = Mark(softTime: WallTime(seconds: 0))
  private var marks: [UInt64: Mark] = [:]
  private var prefixes: [[UInt8]: Mark] = [:]

  /// Keeps a purge under the next number.
  mutating func note(_ purge: Purge) {
    sequence += 1
    let mark = Mark(
      hard: purge.isSoft ? 0 : sequence, soft: purge.isSoft ? sequence : 0, softTime: purge.time)
    if purge.isEverything { floor.merge(mark) }
    for item in purge.items {
      if case .prefix(let bytes) = item {
        if prefixes[bytes]?.merge(mark) == nil { prefixes[bytes] = mark }
      } else {
        if marks[item.hash]?.merge(mark) == nil { marks[item.hash] = mark }
      }
    }
  }

  /// What a process begins with.
  var stored: StoredPurges {
    var stored = StoredPurges(sequence: sequence, floor: floor)
    for (hash, mark) in marks {
      if mark.latest * 2 < sequence {
        stored.old.append((hash, mark))
      } else {
        stored.young.append((hash, mark))
      }
    }
    stored.prefixes = prefixes.map { ($0.key, $0.value) }
    return stored
  }
}

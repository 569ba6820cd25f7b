// What this server asks those beside it for.

import Primitives

/// The keys that this server is asking a server beside it for, on all its loops. Where two servers do not agree
/// on who has a key, as while a topology changes, each would wait for the other: so who asks for such a key
/// is refused, and goes to the tier above. From any thread.
package final class SidewaysRequests: Sendable {
  private let counts = Guarded<[UInt64: Int]>([:])

  package init() {}

  func began(_ key: UInt64) { counts.withLock { $0[key, default: 0] += 1 } }

  func ended(_ key: UInt64) {
    counts.withLock { counts in
      let left = counts[key, default: 1] - 1
      counts[key] = left == 0 ? nil : left
    }
  }

  func contains(_ key: UInt64) -> Bool { counts.withLock { $0[key] != nil } }
}

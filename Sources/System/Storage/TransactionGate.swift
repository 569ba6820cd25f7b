// The count of transactions that are open in this process: the map moves only while there are none.

import Primitives

/// Counts open transactions, and runs something while there are none.
final class TransactionGate: Sendable {
  private let open = Guarded(0)

  func enter() { open.withLock { $0 += 1 } }

  func leave() {
    open.withLock { count in
      precondition(count > 0, "a transaction ended twice")
      count -= 1
    }
  }

  /// Runs `body` if no transaction is open, holding back new ones meanwhile; nil if some are.
  func whileIdle(_ body: () -> Int32) -> Int32? {
    open.withLock { $0 == 0 ? body() : nil }
  }
}

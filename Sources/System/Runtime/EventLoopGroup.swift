// All loops of the process.

import Primitives

/// The loops of an edge: one per core, a few storage threads for whatever may touch a disk or can't
/// be cut into pieces, threads that block in the system's resolver, and those of the cache's disk.
package struct EventLoopGroup: Sendable {
  package let loops: [EventLoop]
  package let storage: [EventLoop]
  package let lookups: [EventLoop]
  package let disk: [EventLoop]

  /// Makes and starts the loops, pinned to `cpus` in order. The global executor is routed first.
  package init(
    cpus: [Int32?], storageThreads: Int = 2, lookupThreads: Int = 0, diskThreads: Int = 0
  ) throws(RuntimeError) {
    precondition(!cpus.isEmpty)
    var loops: [EventLoop] = []
    for (index, cpu) in cpus.enumerated() {
      loops.append(try EventLoop(name: "loop-\(index)", index: index, cpu: cpu))
    }
    let storage = try Self.threads("storage", storageThreads)
    let lookups = try Self.threads("lookup", lookupThreads)
    let disk = try Self.threads("disk", diskThreads)
    GlobalExecutor.route(fallback: loops[0])
    for loop in loops + storage + lookups + disk { try loop.start() }
    self.loops = loops
    self.storage = storage
    self.lookups = lookups
    self.disk = disk
  }

  private static func threads(
    _ name: String, _ count: Int
  ) throws(RuntimeError) -> [EventLoop] {
    var threads: [EventLoop] = []
    for index in 0..<count {
      threads.append(
        try EventLoop(name: "\(name)-\(index)", index: index, priority: .background))
    }
    return threads
  }

  /// The threads that serve no tenant, for the ledger.
  package var besides: [EventLoop] { storage + lookups + disk }

  /// Ends every loop after the work that is queued; does not wait for it.
  package func stop() {
    for loop in loops + besides { loop.stop() }
  }
}

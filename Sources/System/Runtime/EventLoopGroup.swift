// All loops of the process.

import Primitives

/// The loops of an edge: one per core, and a few storage threads for whatever may touch a disk,
/// block in the resolver, or can't be cut into pieces.
package struct EventLoopGroup: Sendable {
  package let loops: [EventLoop]
  package let storage: [EventLoop]

  /// Makes and starts the loops, pinned to `cpus` in order. The global executor is routed first.
  package init(cpus: [Int32?], storageThreads: Int = 2) throws(RuntimeError) {
    precondition(!cpus.isEmpty)
    var loops: [EventLoop] = []
    for (index, cpu) in cpus.enumerated() {
      loops.append(try EventLoop(name: "loop-\(index)", index: index, cpu: cpu))
    }
    var storage: [EventLoop] = []
    for index in 0..<storageThreads {
      storage.append(try EventLoop(name: "storage-\(index)", index: index))
    }
    GlobalExecutor.route(fallback: loops[0])
    for loop in loops + storage { try loop.start() }
    self.loops = loops
    self.storage = storage
  }

  /// Ends every loop after the work that is queued; does not wait for it.
  package func stop() {
    for loop in loops + storage { loop.stop() }
  }
}

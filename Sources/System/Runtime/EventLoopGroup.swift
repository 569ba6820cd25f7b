// All loops of the process.

import Primitives

/// The loops of an edge: one per core, each with its heavy twin, and a few storage threads for
/// whatever may touch a disk or block in the resolver.
package struct EventLoopGroup: Sendable {
  package let loops: [EventLoop]
  package let storage: [EventLoop]

  /// Makes and starts the loops, pinned to `cpus` in order. The global executor is routed first.
  package init(cpus: [Int32?], storageThreads: Int = 2) throws(RuntimeError) {
    precondition(!cpus.isEmpty)
    var loops: [EventLoop] = []
    for (index, cpu) in cpus.enumerated() {
      let loop = try EventLoop(name: "loop-\(index)", index: index, cpu: cpu)
      loop.heavy = try EventLoop(name: "heavy-\(index)", index: index, cpu: cpu)
      loops.append(loop)
    }
    var storage: [EventLoop] = []
    for index in 0..<storageThreads {
      storage.append(try EventLoop(name: "storage-\(index)", index: index))
    }
    GlobalExecutor.route(fallback: loops[0])
    for loop in loops {
      try loop.start()
      try loop.heavy?.start(nice: 15)
    }
    for loop in storage { try loop.start() }
    self.loops = loops
    self.storage = storage
  }

  /// Ends every loop after the work that is queued; does not wait for it.
  package func stop() {
    for loop in loops {
      loop.stop()
      loop.heavy?.stop()
    }
    for loop in storage { loop.stop() }
  }
}

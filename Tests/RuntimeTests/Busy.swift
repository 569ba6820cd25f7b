// A tenant at overload.

import Primitives
import Runtime

/// Takes 20 us of its loop's core in each turn, and is ready again at once.
final class Busy: LoopWork {
  var isOver = false
  private(set) var turns = 0

  override func run() {
    let end = loop.threadCPUNanoseconds + 20_000
    while loop.threadCPUNanoseconds < end {}
    turns += 1
    if !isOver { enqueue() }
  }
}

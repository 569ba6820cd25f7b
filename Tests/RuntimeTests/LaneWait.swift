// How a test waits for what other work of its loop brings about.

import Primitives
import Runtime
import Testing

extension Lane {
  /// Lets other work of the loops go on until `condition` holds; a test that waits in vain fails.
  func wait(
    line: Int = #line, file: String = #fileID, until condition: () -> Bool
  ) async {
    let parker = Parker(on: self)
    for round in 0..<15_000 {
      if condition() { return }
      // Polls in place first, then leaves the core to others between looks: a minute, which does not
      // count while the loop is busy with something else.
      if round < 100 {
        await parker.yield()
      } else {
        _ = await parker.park(until: SystemClock.monotonic + .milliseconds(1))
      }
    }
    Issue.record("waited in vain at \(file):\(line)")
  }
}

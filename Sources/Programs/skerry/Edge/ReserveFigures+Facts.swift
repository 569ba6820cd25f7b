// What the reserve did, for the control API.

import Control
import Gateway
import Reserve

extension ReserveFacts {
  /// What `reserve` did so far.
  init(_ reserve: Reserve) {
    self.init()
    let states = reserve.endpointStates
    endpoints = states.map(\.url)
    resting = states.filter(\.isResting).map(\.url)
    let figures = reserve.figures
    latency = LatencyCounts(figures.reads)
    counts = [
      ("hits", figures.hits), ("misses", figures.misses), ("timeouts", figures.timeouts),
      ("failures", figures.failures), ("refused", figures.refused), ("resting", figures.resting),
      ("queued", figures.queued), ("busy", figures.busy), ("truncated", figures.truncated),
      ("altered", figures.altered), ("foreign", figures.foreign), ("expired", figures.expired),
      ("written", figures.written), ("unchanged", figures.unchanged),
      ("refreshed", figures.refreshed),
      ("dropped", figures.dropped), ("removed", figures.removed),
      ("removalFailures", figures.removalFailures),
      ("voided", figures.voided), ("outdated", figures.outdated),
      ("discarded", figures.discarded),
      ("bytesRead", figures.bytesRead),
      ("bytesWritten", figures.bytesWritten), ("waiting", UInt64(figures.waitingJobs)),
      ("waitingBytes", UInt64(figures.waitingBytes)),
    ]
  }
}

// Many simulations together.

/// What the reports of several runs come to.
struct SimulationSum: Sendable {
  private var runs = 0
  private var requests = 0
  private var distinct = 0
  private var fetches = 0
  private var explained = 0
  private var purges = 0
  private var heldAtOnce = (count: 0, of: 0)
  private var lost = 0
  private var breaks = 0
  private var worstLoad = 0
  private var judgedRings = 0
  private var mostMoved = 0
  private(set) var violations = 0

  mutating func add(_ report: SimulationReport, of plan: SimulationPlan) {
    runs += 1
    requests += report.requests
    distinct += report.distinct
    fetches += report.originFetches
    explained += report.explained.count
    purges += report.purges
    lost += report.lost
    breaks += report.breaks
    violations += report.violations.count
    heldAtOnce.count += report.heldAtOnce.count
    heldAtOnce.of += report.heldAtOnce.of
    worstLoad = max(worstLoad, report.loadPercent)
    judgedRings += report.judgedRings
    mostMoved = max(mostMoved, report.movedPercent)
  }

  var text: String {
    """
    \(runs) runs: \(requests) requests, \(lost) lost with the server that they were sent to, \
    \(breaks) broken off where a parent died; \(distinct) objects, \(fetches) fetches from the origin, \
    \(explained) of them explained by a fault; \(purges) purges, those that some server missed in force at \
    \(heldAtOnce.count) of \(heldAtOnce.of) servers at once; the largest load of a parent beside others of which none \
    failed \(worstLoad) % of the mean, in \(judgedRings) rings; at most \(mostMoved) % of 1/n of the keys move as one of n servers goes; \
    \(violations) violations
    """
  }
}

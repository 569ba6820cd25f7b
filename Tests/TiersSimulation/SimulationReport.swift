// What came of a simulation.

/// What a simulation found, in numbers and in words.
struct SimulationReport: Sendable {
  /// What must not be: a request without its answer, a stale one, a fetch that nothing explains.
  var violations: [String] = []
  /// Fetches of what had been fetched, each with what explains it.
  var explained: [String] = []
  /// Responses that broke off, where a server on their way died.
  var breaks = 0
  /// Requests whose server died.
  var lost = 0
  var requests = 0
  /// Objects that were fetched, each version of them.
  var distinct = 0
  var originFetches = 0
  /// Those that a PoP of the upper tier made which no other one is much nearer to the origin than.
  var nearestFetches = 0
  var purges = 0
  /// Those that were not with all servers at once.
  var owedPurges = 0
  /// At how many servers these were in force when they were acknowledged, all told, of how many.
  var heldAtOnce = (count: 0, of: 0)
  /// The largest share of a server among those that share its keys, where none of them failed, in per cent of their mean.
  var loadPercent = 0
  /// Of how many groups of servers that share keys that could be judged.
  var judgedRings = 0
  /// The most keys that move as one of the n servers of the upper tier goes, in per cent of 1/n of them.
  var movedPercent = 0
  /// A number that two runs share only if they were the same.
  var trace: UInt64 = 0

  func text(of plan: SimulationPlan, verbose: Bool) -> String {
    let line = """
      \(plan.name), seed \(plan.seed): \(requests) requests, \(distinct) objects, \
      \(originFetches) fetches (\(explained.count) explained), \(purges) purges (\(owedPurges) owed, \
      at \(heldAtOnce.count) of \(heldAtOnce.of) servers at once), \
      \(lost) lost, \(breaks) breaks, load \(loadPercent) % in \(judgedRings) rings, moved \(movedPercent) % of 1/n, trace \(String(trace, radix: 16))
      """
    let details = (verbose ? explained : []) + violations.map { "VIOLATION \($0)" }
    return ([line] + details.map { "  \($0)" }).joined(separator: "\n")
  }
}

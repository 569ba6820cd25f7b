// What one zone used.

import ConfigurationTree

/// The ledger of one zone, summed over all loops: counters since the edge started, and gauges.
package struct ZoneUsage: Sendable, Equatable {
  package var name: String
  /// The zone's identity as 32 hexadecimal digits.
  package var id: String
  package var requests: UInt64 = 0
  package var cache = CacheCounts()
  package var layers = LayerCounts()
  package var cpuNanoseconds: UInt64 = 0
  package var bytesIn: UInt64 = 0
  package var bytesOut: UInt64 = 0
  package var latency = LatencyCounts()
  /// Pieces of work and jobs run.
  package var jobs: UInt64 = 0
  package var wakeups: UInt64 = 0
  /// Time between becoming ready and being served, summed.
  package var queueWaitNanoseconds: UInt64 = 0
  package var longestJobNanoseconds: UInt64 = 0
  /// What it waited for in the last minute, and behind whom; nil if it did not wait.
  package var waits: ZoneWaits?
  /// Bytes of the RAM cache that are the zone's now.
  package var cacheBytes: UInt64 = 0
  /// Responses that they are.
  package var cacheObjects: UInt64 = 0
  /// Responses that had to make room for others since the edge started.
  package var evictions: UInt64 = 0
  /// Client connections that are the zone's now.
  package var connections: UInt64 = 0
  /// Requests in flight now.
  package var inFlight: UInt64 = 0
  /// Bytes of responses that wait for slow clients now.
  package var waitingBytes: UInt64 = 0
  /// Requests and connections that were refused because the zone was over its bound.
  package var shed: UInt64 = 0

  package init(name: String, id: String) {
    self.name = name
    self.id = id
  }

  /// What came since `earlier`, a former reading of the same zone; gauges stay as they are now.
  package func since(_ earlier: ZoneUsage) -> ZoneUsage {
    var result = self
    result.requests = requests.since(earlier.requests)
    result.cache = cache.since(earlier.cache)
    result.layers = layers.since(earlier.layers)
    result.evictions = evictions.since(earlier.evictions)
    result.cpuNanoseconds = cpuNanoseconds.since(earlier.cpuNanoseconds)
    result.bytesIn = bytesIn.since(earlier.bytesIn)
    result.bytesOut = bytesOut.since(earlier.bytesOut)
    result.latency = latency.since(earlier.latency)
    result.jobs = jobs.since(earlier.jobs)
    result.wakeups = wakeups.since(earlier.wakeups)
    result.queueWaitNanoseconds = queueWaitNanoseconds.since(earlier.queueWaitNanoseconds)
    result.shed = shed.since(earlier.shed)
    return result
  }

  func tree(processCPUNanoseconds: UInt64) -> ConfigurationValue {
    let share = Double(cpuNanoseconds) / Double(max(processCPUNanoseconds, 1))
    return .object([
      ("name", .string(name)), ("id", .string(id)),
      ("requests", .count(requests)),
      ("hitRatio", cache.hitRatio.map { .ratio($0) }),
      ("cache", cache.tree),
      ("layers", layers.tree),
      ("cpuNanoseconds", .count(cpuNanoseconds)),
      ("cpuShare", .ratio(share)),
      ("latencyP50Nanoseconds", .count(latency.quantile(0.5))),
      ("latencyP99Nanoseconds", .count(latency.quantile(0.99))),
      ("latency", latency.tree),
      ("bytesIn", .count(bytesIn)), ("bytesOut", .count(bytesOut)),
      ("cacheBytes", .count(cacheBytes)), ("cacheObjects", .count(cacheObjects)),
      ("evictions", .count(evictions)),
      ("connections", .count(connections)), ("inFlight", .count(inFlight)),
      ("waitingBytes", .count(waitingBytes)), ("shed", .count(shed)),
      ("queueWaitNanoseconds", .count(queueWaitNanoseconds)),
      ("jobs", .count(jobs)), ("wakeups", .count(wakeups)),
      ("longestJobNanoseconds", .count(longestJobNanoseconds)),
      ("waits", waits?.tree),
    ])
  }

  /// Reads what `tree` writes; what is missing is 0.
  init(_ tree: ConfigurationValue) {
    name = tree["name"]?.text ?? ""
    id = tree["id"]?.text ?? ""
    requests = tree["requests"]?.number ?? 0
    cache = tree["cache"].map { CacheCounts($0) } ?? CacheCounts()
    layers = tree["layers"].map { LayerCounts($0) } ?? LayerCounts()
    cpuNanoseconds = tree["cpuNanoseconds"]?.number ?? 0
    latency = tree["latency"].map { LatencyCounts($0) } ?? LatencyCounts()
    bytesIn = tree["bytesIn"]?.number ?? 0
    bytesOut = tree["bytesOut"]?.number ?? 0
    cacheBytes = tree["cacheBytes"]?.number ?? 0
    cacheObjects = tree["cacheObjects"]?.number ?? 0
    evictions = tree["evictions"]?.number ?? 0
    connections = tree["connections"]?.number ?? 0
    inFlight = tree["inFlight"]?.number ?? 0
    waitingBytes = tree["waitingBytes"]?.number ?? 0
    shed = tree["shed"]?.number ?? 0
    queueWaitNanoseconds = tree["queueWaitNanoseconds"]?.number ?? 0
    jobs = tree["jobs"]?.number ?? 0
    wakeups = tree["wakeups"]?.number ?? 0
    longestJobNanoseconds = tree["longestJobNanoseconds"]?.number ?? 0
    waits = tree["waits"].map { ZoneWaits($0) }
  }
}

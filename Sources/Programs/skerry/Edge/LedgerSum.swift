// The ledger of the process from those of its loops.

import Cache
import Control
import Exchange
import Gateway
import Primitives
import Runtime

/// Sums what the loops read of each zone.
struct LedgerSum {
  private var zones: [ZoneID: Sum] = [:]
  private var systemLanes: [String: LaneLedger] = [:]
  private var longJobs: [LongJobFact] = []
  private var longJobCount: UInt64 = 0
  private let edge: Edge
  private let control: EventLoop

  /// One zone over all loops.
  private struct Sum {
    let name: String
    var counters = ZoneCounters()
    var ledger = LaneLedger()
    var waits = WaitReading()
    /// Loops on which it waited.
    var waitLoops: UInt64 = 0
    var connections = 0
    var inFlight = 0
    var waitingOutputBytes = 0
  }

  /// Sums `readings` of the loops of `edge`, and the threads beside them: `control`, storage, look-ups.
  init(_ readings: [GatewayReading], edge: Edge, control: EventLoop) {
    self.edge = edge
    self.control = control
    for (reading, loop) in zip(readings, edge.group.loops) {
      for zone in reading.zones { add(zone) }
      for (name, ledger) in reading.systemLanes {
        systemLanes[name, default: LaneLedger()] += ledger
      }
      systemLanes["zones out of memory", default: LaneLedger()] += reading.departed.ledger
      longJobCount += reading.longJobCount
      longJobs += reading.longJobs.map {
        LongJobFact(lane: $0.lane, loop: loop.name, nanoseconds: $0.nanoseconds)
      }
    }
  }

  private mutating func add(_ zone: GatewayReading.Zone) {
    var sum = zones[zone.id] ?? Sum(name: zone.name)
    sum.counters += zone.counters
    sum.ledger += zone.ledger
    if let waits = zone.waits {
      sum.waits += waits
      sum.waitLoops += 1
    }
    sum.connections += zone.connections
    sum.inFlight += zone.exchangesInFlight
    sum.waitingOutputBytes += zone.waitingOutputBytes
    zones[zone.id] = sum
  }

  func reading(epoch: UInt64) -> LedgerReading {
    var reading = LedgerReading(
      takenAt: SystemClock.monotonic, epoch: epoch,
      processCPUNanoseconds: SystemClock.processCPUNanoseconds)
    reading.zones = zones.map { usage($0.key, $0.value) }
    reading.systemLanes = systemLanes.map { LaneUsage(name: $0.key, $0.value) }
    for loop in [control] + edge.group.besides {
      var usage = LaneUsage(name: loop.name)
      usage.cpuNanoseconds = edge.ownNanoseconds(of: loop)
      reading.systemLanes.append(usage)
    }
    reading.longJobs = longJobs
    reading.longJobCount = longJobCount
    return reading
  }

  private func usage(_ id: ZoneID, _ sum: Sum) -> ZoneUsage {
    var usage = ZoneUsage(name: sum.name, id: id.description)
    usage.requests = sum.counters.requests
    for index in sum.counters.outcomes.indices {
      guard let outcome = ExchangeFacts.CacheOutcome(rawValue: UInt8(index)) else { continue }
      usage.cache[outcome] = sum.counters.outcomes[index]
    }
    for layer in ExchangeFacts.Layer.allCases {
      let counters = sum.counters.layers[Int(layer.rawValue)]
      usage.layers[layer].requests = counters.requests
      usage.layers[layer].bytes = counters.bytes
      usage.layers[layer].latency = LatencyCounts(counters.latency)
    }
    usage.cpuNanoseconds = sum.ledger.cpuNanoseconds
    usage.bytesIn = sum.ledger.bytesIn
    usage.bytesOut = sum.ledger.bytesOut
    usage.latency = LatencyCounts(sum.counters.latency)
    usage.jobs = sum.ledger.jobs
    usage.wakeups = sum.ledger.wakeups
    usage.queueWaitNanoseconds = CPUClock.shared.nanoseconds(sum.ledger.waitTicks)
    usage.longestJobNanoseconds = CPUClock.shared.nanoseconds(sum.ledger.longestTicks)
    if sum.waitLoops > 0 {
      usage.waits = ZoneWaits(sum.waits, of: sum.name, loops: sum.waitLoops)
    }
    let stored = edge.cache.zone(id)
    usage.cacheBytes = UInt64(max(0, stored.bytes))
    usage.cacheObjects = UInt64(max(0, stored.objects))
    usage.evictions = stored.evictions
    usage.connections = UInt64(max(0, sum.connections))
    usage.inFlight = UInt64(max(0, sum.inFlight))
    usage.waitingBytes = UInt64(max(0, sum.waitingOutputBytes))
    usage.shed = sum.counters.shed
    return usage
  }
}

// The live view as text.

import Control
import Primitives

/// What `skerry top` shows: two readings of the ledger, and the rates between them.
struct TopView {
  let earlier: LedgerReading
  let later: LedgerReading
  /// Where the edge is.
  var address = ""

  /// One zone, with what it did between the readings.
  private struct Row {
    let usage: ZoneUsage
    let cpuShare: Double
  }

  private var seconds: Double {
    max(Double(later.takenAt.nanoseconds(since: earlier.takenAt)) / 1e9, 0.001)
  }

  /// The CPU that everything together used, in cores.
  private var processShare: Double {
    Double(later.processCPUNanoseconds.since(earlier.processCPUNanoseconds)) / 1e9 / seconds
  }

  /// The view in at most `rows` lines of at most `columns` characters; nil is without bounds.
  func text(columns: Int? = nil, rows limit: Int? = nil) -> String {
    let rows = zoneRows
    let room = limit.map { max(0, $0 - 4) } ?? rows.count
    var cells = [
      ["ZONE", "REQ/S", "HIT", "CPU", "P99", "IN/S", "OUT/S", "CACHE", "CONN"]
    ]
    for row in rows.prefix(room) { cells.append(line(row)) }
    var lines = header(rows)
    let table = TextTable(rows: cells, rightAligned: [1, 2, 3, 4, 5, 6, 7, 8]).text
    lines += table.split(separator: "\n").map { String($0) }
    if rows.isEmpty { lines.append("no zone has had a request yet") }
    let hidden = rows.count - min(rows.count, room) + later.omittedZones
    if hidden > 0 { lines.append("and \(hidden) zones more") }
    if let columns { lines = lines.map { String($0.prefix(columns)) } }
    return lines.joined(separator: "\n") + "\n"
  }

  private func header(_ rows: [Row]) -> [String] {
    let requests = rows.reduce(0) { $0 + $1.usage.requests }
    var counts = CacheCounts()
    for row in rows { counts += row.usage.cache }
    var lanes: [String: LaneUsage] = [:]
    for lane in earlier.systemLanes { lanes[lane.name] = lane }
    let system = later.systemLanes.reduce(UInt64(0)) { sum, lane in
      sum + lane.cpuNanoseconds.since(lanes[lane.name]?.cpuNanoseconds ?? 0)
    }
    let connections = later.zones.reduce(0) { $0 + $1.connections }
    return [
      "skerry \(address)  epoch \(later.epoch)  process CPU \(Figures.share(processShare))"
        + "  system \(Figures.share(Double(system) / 1e9 / seconds))",
      "\(Figures.rate(Double(requests) / seconds)) requests/s"
        + "  hit \(Figures.share(counts.hitRatio))  \(connections) connections"
        + "  \(later.longJobCount.since(earlier.longJobCount)) long jobs",
      "",
    ]
  }

  /// Zones with the most CPU first.
  private var zoneRows: [Row] {
    var old: [String: ZoneUsage] = [:]
    for zone in earlier.zones { old[zone.id] = zone }
    return later.zones.map { zone in
      let usage = old[zone.id].map { zone.since($0) } ?? zone
      return Row(usage: usage, cpuShare: Double(usage.cpuNanoseconds) / 1e9 / seconds)
    }.sorted { ($1.cpuShare, $0.usage.name) < ($0.cpuShare, $1.usage.name) }
  }

  private func line(_ row: Row) -> [String] {
    let usage = row.usage
    return [
      usage.name,
      Figures.rate(Double(usage.requests) / seconds),
      Figures.share(usage.cache.hitRatio),
      Figures.share(row.cpuShare),
      Figures.latency(nanoseconds: usage.latency.quantile(0.99)),
      Figures.bytes(UInt64(Double(usage.bytesIn) / seconds)),
      Figures.bytes(UInt64(Double(usage.bytesOut) / seconds)),
      Figures.bytes(usage.cacheBytes),
      Figures.count(Double(usage.connections)),
    ]
  }
}

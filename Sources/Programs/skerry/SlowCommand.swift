// `skerry slow`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Tells who used the CPU and who waited for it in the last minute, and behind whom.
struct SlowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slow",
    abstract: "Tell who slowed whom: the last minute, in windows of ten seconds.",
    discussion: """
      CPU, requests and the mean wait for a turn are those of the window. Whom a zone waited behind most is \
      that of the minute before the window's end, and of waits of 50 us and more.

      With a zone's name it tells how long the requests of that zone waited for a turn of the CPU in the \
      last minute, and who had it meanwhile: other zones by name, the zone's own requests that came \
      before, arrivals (new connections, whose zone is not known yet), the system (the edge's own work, \
      and other programs on the same core), others (zones too small to be told apart). Waits under \
      50 us are left out. Shares are of the waits of which is known who had the CPU.
      """)

  @Argument(help: "The zone that was slowed; a report on all without it.")
  var zone: String?

  @OptionGroup var control: ControlOptions

  func run() throws {
    var path = "/v1/slow"
    if let zone { path += "?zone=" + ZoneCommand.encode(zone) }
    let result = try control.ask(.get, path, for: "the report")
    if control.printsJSON(result) { return }
    if let zone {
      let waits = result["waits"].map { ZoneWaits($0) } ?? ZoneWaits()
      Console.write(Self.text(result["zone"]?.text ?? zone, waits))
    } else {
      Console.write(Self.text(SlowReport(result)))
    }
  }

  /// What one zone waited for, for people.
  static func text(_ zone: String, _ waits: ZoneWaits) -> String {
    guard waits.nanoseconds > 0 else {
      return "\(zone) waited for nobody in the last minute: it had its turns within 50 us, or no "
        + "requests.\n"
    }
    var text = "\(zone) waited \(Figures.latency(nanoseconds: waits.nanoseconds))"
    text += " in the last minute on \(Figures.amount(Int(waits.loops), "loop"))"
    if waits.longestNanoseconds > 0 {
      text += ", longest \(Figures.latency(nanoseconds: waits.longestNanoseconds))"
    }
    let parts = waits.behind.map { "\(Figures.share($0.share)) behind \(name(of: $0))" }
    return text + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")) + "\n"
  }

  private static func name(of part: ZoneWaits.Part) -> String {
    switch part.kind {
    case .zone: part.zone
    case .own: "its own requests"
    case .system: "the system"
    case .arrivals: "arrivals"
    case .others: "others"
    }
  }

  /// The report for people, the newest window first.
  static func text(_ report: SlowReport) -> String {
    guard !report.windows.isEmpty else {
      return "The edge has only just started: ask again in a second.\n"
    }
    var text = ""
    for window in report.windows.reversed() {
      let cpu = Double(window.processCPUNanoseconds) / Double(max(window.nanoseconds, 1))
      text += "\(Figures.latency(nanoseconds: window.nanoseconds)) window: process CPU "
      text += "\(Figures.share(cpu)), \(window.longJobs) long jobs\n"
      text += table("used the CPU", window.byCPU, window)
      text += table("waited longest", window.byWait, window, namesBehind: true)
      text += "\n"
    }
    guard !report.longJobs.isEmpty else { return text + "No job held a loop for 2 ms or more.\n" }
    text += "Jobs that held a loop for 2 ms or more, the newest first:\n"
    var rows = [["  LANE", "LOOP", "TIME"]]
    for job in report.longJobs.reversed().prefix(20) {
      rows.append(["  " + job.lane, job.loop, Figures.latency(nanoseconds: job.nanoseconds)])
    }
    return text + TextTable(rows: rows).text
  }

  private static func table(
    _ title: String, _ entries: [UsageWindow.Entry], _ window: UsageWindow,
    namesBehind: Bool = false
  ) -> String {
    guard !entries.isEmpty else { return "" }
    var rows = [["  \(title)", "CPU", "MEAN WAIT", "REQUESTS"]]
    if namesBehind { rows[0].append("MOST BEHIND IN 60 s") }
    for entry in entries {
      let share = Double(entry.cpuNanoseconds) / Double(max(window.processCPUNanoseconds, 1))
      rows.append([
        "  " + (entry.isZone ? entry.lane : "(\(entry.lane))"), Figures.share(share),
        Figures.latency(nanoseconds: entry.meanWaitNanoseconds),
        Figures.count(Double(entry.requests)),
      ])
      guard namesBehind else { continue }
      let behind = entry.behind.map { "\(name(of: $0)) \(Figures.share($0.share))" }
      rows[rows.count - 1].append(behind ?? "-")
    }
    return TextTable(rows: rows, rightAligned: [1, 2, 3]).text
  }
}

// `skerry slow`

import ArgumentParser
import Control
import HTTP

/// Tells who used the CPU and who waited for it in the last minute.
struct SlowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slow",
    abstract: "Tell who slowed whom: the last minute, in windows of ten seconds.")

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.get, "/v1/slow", for: "the report")
    if !control.printsJSON(result) { Console.write(Self.text(SlowReport(result))) }
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
      text += table("waited longest", window.byWait, window)
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
    _ title: String, _ entries: [UsageWindow.Entry], _ window: UsageWindow
  ) -> String {
    guard !entries.isEmpty else { return "" }
    var rows = [["  \(title)", "CPU", "MEAN WAIT", "REQUESTS"]]
    for entry in entries {
      let share = Double(entry.cpuNanoseconds) / Double(max(window.processCPUNanoseconds, 1))
      rows.append([
        "  " + (entry.isZone ? entry.lane : "(\(entry.lane))"), Figures.share(share),
        Figures.latency(nanoseconds: entry.meanWaitNanoseconds),
        Figures.count(Double(entry.requests)),
      ])
    }
    return TextTable(rows: rows, rightAligned: [1, 2, 3]).text
  }
}

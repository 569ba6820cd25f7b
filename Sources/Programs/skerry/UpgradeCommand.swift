// `skerry upgrade`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Replaces the running edge by the program that is installed now.
struct UpgradeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Replace the running edge by the installed program, without losing a request.",
    discussion: """
      The new process takes over the listening sockets; the old one finishes its requests and ends. \
      If the new one does not come up, the old one goes on.
      """)

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.post, "/v1/upgrade", for: "the upgrade")
    if control.printsJSON(result) { return }
    // The new process answers now, and it alone knows its version.
    let status = try control.ask(.get, "/v1/status", for: "the status of the new process")
    let process = result["processID"]?.number.map { String($0) } ?? "unknown"
    Console.line("upgraded to \(status["version"]?.text ?? "unknown"): process \(process) serves")
  }
}

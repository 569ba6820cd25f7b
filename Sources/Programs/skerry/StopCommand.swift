// `skerry stop`

import ArgumentParser
import Control
import HTTP

/// Stops the running edge.
struct StopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop the running edge after its requests in flight.")

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.post, "/v1/stop", for: "stopping")
    if !control.printsJSON(result) { Console.line("stopping: requests in flight are finished") }
  }
}

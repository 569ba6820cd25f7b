// `skerry zone remove`

import ArgumentParser
import HTTP

/// Removes a zone.
struct ZoneRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a zone. Its service ends at once; requests in flight are finished.")

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.delete, ZoneCommand.path(name), for: "removing \(name)")
    if !control.printsJSON(result) { Console.line("removed \(name)") }
  }
}

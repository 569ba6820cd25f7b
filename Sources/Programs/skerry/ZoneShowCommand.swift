// `skerry zone show`

import ArgumentParser
import HTTP

/// Shows the whole configuration of a zone, without private keys.
struct ZoneShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the configuration of a zone, without private keys.")

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.get, ZoneCommand.path(name), for: "showing \(name)")
    if !control.printsJSON(result) { Console.write(try YAMLText.write(result)) }
  }
}

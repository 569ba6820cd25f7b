// `skerry zone set`

import ArgumentParser
import HTTP

/// Changes what is given of a zone.
struct ZoneSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a zone. Only what is given changes; lists are replaced whole.",
    discussion: """
      Example:
        skerry zone set example.org --response-field X-Frame-Options=DENY --no-paused
      """)

  @Argument(help: "The zone's name.")
  var name: String

  @OptionGroup var zone: ZoneOptions
  @OptionGroup var control: ControlOptions

  func validate() throws {
    if zone.isEmpty { throw ValidationError("Give at least one option to change.") }
  }

  func run() throws {
    let result = try control.ask(
      .patch, ZoneCommand.path(name), try zone.tree(), for: "changing \(name)")
    if !control.printsJSON(result) { Console.line("changed \(name)") }
  }
}

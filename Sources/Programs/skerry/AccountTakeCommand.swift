// `skerry account take`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Gives a zone to an account.
struct AccountTakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "take",
    abstract:
      "Give a zone that there is to an account: it and its records are in the public API then.")

  @Argument(help: "The zone's name.")
  var zone: String

  @Option(help: ArgumentHelp("The account: its name, address or identity.", valueName: "account"))
  var account: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let body = ConfigurationValue.object([("name", .string(zone))])
    let result = try control.ask(
      .post, AccountCommand.path(account) + "/zones", body, for: "giving \(zone) to \(account)")
    if !control.printsJSON(result) {
      Console.line("\(zone) is \(account)'s now: \(result["id"]?.text ?? "")")
    }
  }
}

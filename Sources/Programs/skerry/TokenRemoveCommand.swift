// `skerry token remove`

import ArgumentParser
import Control
import HTTP

/// Removes a token.
struct TokenRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a token: it opens nothing from now on.")

  @Argument(help: "The token's identity: skerry token list.")
  var token: String

  @Option(help: ArgumentHelp("The account: its name, address or identity.", valueName: "account"))
  var account: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let path = AccountCommand.path(account) + "/tokens/" + ZoneCommand.encode(token)
    let result = try control.ask(.delete, path, for: "removing the token")
    if !control.printsJSON(result) { Console.line("removed \(token)") }
  }
}

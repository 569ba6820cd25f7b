// `skerry token create`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Creates a token.
struct TokenCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create a token of an account, and show its secret: now, and never again.",
    discussion: """
      Scopes: zone:read, zone:edit, dns:read, dns:edit, cache:purge, settings:read, settings:edit, \
      account:read, tokens:read, tokens:edit, audit:read. Edit includes read.
      """)

  @Option(help: ArgumentHelp("The account: its name, address or identity.", valueName: "account"))
  var account: String

  @Option(help: ArgumentHelp("What the token is for.", valueName: "text"))
  var name = "token"

  @Option(
    name: .customLong("scope"),
    help: ArgumentHelp(
      "What it may do, as dns:edit. Repeatable. Default: everything.", valueName: "scope"))
  var scopes: [String] = []

  @Option(
    name: .customLong("zone"),
    help: ArgumentHelp(
      "Only in this zone. Repeatable. Default: all zones of the account.", valueName: "name"))
  var zones: [String] = []

  @Option(help: ArgumentHelp("It ends after so many days. Default: never.", valueName: "days"))
  var days: Int?

  @OptionGroup var control: ControlOptions

  func run() throws {
    let body = ConfigurationValue.object([
      ("name", .string(name)),
      ("scopes", scopes.isEmpty ? nil : .array(scopes.map { .string($0) })),
      ("zones", zones.isEmpty ? nil : .array(zones.map { .string($0) })),
      ("days", days.map { .integer($0) }),
    ])
    let result = try control.ask(
      .post, AccountCommand.path(account) + "/tokens", body, for: "creating a token")
    if control.printsJSON(result) { return }
    Console.line("token  \(result["id"]?.text ?? "")")
    Console.line("secret \(result["value"]?.text ?? "")")
    Console.line("The secret is shown this once. Requests show it: Authorization: Bearer SECRET")
  }
}

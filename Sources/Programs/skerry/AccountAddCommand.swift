// `skerry account add`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Adds an account.
struct AccountAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add an account, and show its global key: now, and never again.",
    discussion: """
      The key, with the address, may do everything in the account (fields X-Auth-Email and X-Auth-Key). \
      For less, make tokens: skerry token create.
      """)

  @Argument(help: "The account's name.")
  var name: String

  @Option(help: ArgumentHelp("The address that belongs to its key.", valueName: "address"))
  var email: String

  @Option(
    help: ArgumentHelp(
      "Requests that it may make in five minutes. Default: 1200.", valueName: "number"))
  var requests: Int?

  @OptionGroup var control: ControlOptions

  func run() throws {
    let body = ConfigurationValue.object([
      ("name", .string(name)), ("email", .string(email)),
      ("requests", requests.map { .integer($0) }),
    ])
    let result = try control.ask(.post, "/v1/accounts", body, for: "adding the account \(name)")
    if control.printsJSON(result) { return }
    Console.line("account \(result["id"]?.text ?? "")")
    Console.line("key     \(result["key"]?.text ?? "")")
    Console.line(
      "The key is shown this once. Make a token: skerry token create --account \(email)")
  }
}

// `skerry account list`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Lists all accounts.
struct AccountListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the accounts of the public API.")

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(.get, "/v1/accounts", for: "listing the accounts")
    if control.printsJSON(result) { return }
    let accounts = result["accounts"]?.elements ?? []
    guard !accounts.isEmpty else {
      return Console.line(
        "There are no accounts yet. Add one: skerry account add NAME --email ADDRESS")
    }
    var rows = [["ACCOUNT", "NAME", "ADDRESS", "REQUESTS IN 5 MIN", "SINCE"]]
    for account in accounts {
      rows.append([
        account["id"]?.text ?? "", account["name"]?.text ?? "", account["email"]?.text ?? "",
        String(account["requests"]?.number ?? 0), account["created"]?.text ?? "",
      ])
    }
    Console.write(TextTable(rows: rows, rightAligned: [3]).text)
  }
}

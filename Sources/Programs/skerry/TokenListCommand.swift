// `skerry token list`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP

/// Lists the tokens of an account.
struct TokenListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tokens of an account.")

  @Option(help: ArgumentHelp("The account: its name, address or identity.", valueName: "account"))
  var account: String

  @OptionGroup var control: ControlOptions

  func run() throws {
    let result = try control.ask(
      .get, AccountCommand.path(account) + "/tokens", for: "listing the tokens")
    if control.printsJSON(result) { return }
    let tokens = result["tokens"]?.elements ?? []
    guard !tokens.isEmpty else { return Console.line("The account has no tokens.") }
    var rows = [["TOKEN", "NAME", "STATE", "SCOPES", "ZONES", "EXPIRES"]]
    for token in tokens {
      let zones = token["zones"]?.elements.compactMap(\.text)
      rows.append([
        token["id"]?.text ?? "", token["name"]?.text ?? "", token["status"]?.text ?? "",
        (token["scopes"]?.elements.compactMap(\.text) ?? []).joined(separator: ","),
        zones.map { $0.joined(separator: ",") } ?? "all", token["expires"]?.text ?? "never",
      ])
    }
    Console.write(TextTable(rows: rows).text)
  }
}

// `skerry account`

import ArgumentParser

/// Customers of the public API.
struct AccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Add or list accounts of the public API.",
    subcommands: [AccountAddCommand.self, AccountListCommand.self, AccountTakeCommand.self])

  /// The path of an account, by its identity, name or address, in the control API.
  static func path(_ account: String) -> String { "/v1/accounts/" + ZoneCommand.encode(account) }
}

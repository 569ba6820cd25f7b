// `skerry token`

import ArgumentParser

/// Tokens of accounts.
struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Create, list or remove tokens of the public API.",
    subcommands: [
      TokenCreateCommand.self, TokenListCommand.self, TokenRemoveCommand.self,
    ])
}

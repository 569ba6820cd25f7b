// `skerry ca`

import ArgumentParser

/// An authority of one's own, for certificates of tests and of machines that trust it.
struct AuthorityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ca", abstract: "Make certificates of an authority of your own.",
    discussion: """
      Example:
        skerry ca create run/ca
        skerry ca issue run/ca --host demo.localhost --out run/certificates/demo
      """,
    subcommands: [AuthorityCreateCommand.self, AuthorityIssueCommand.self])

  static func certificatePath(in folder: String) -> String { "\(folder)/ca.pem" }

  static func keyPath(in folder: String) -> String { "\(folder)/ca.key" }
}

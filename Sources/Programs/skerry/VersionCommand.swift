// `skerry version`

import ArgumentParser

/// Prints the version of this program.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version of this program.")

  func run() { Console.line("skerry \(ProgramVersion.text)") }
}

// `skerry edge`

import ArgumentParser

/// Serves the zones of a directory until it is told to stop.
struct EdgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edge",
    abstract: "Serve zones until SIGTERM or skerry stop.",
    discussion: """
      Example:
        skerry edge --directory run/edge --http 127.0.0.1:8080 --https 127.0.0.1:8443
        skerry zone add example.org --origin http://127.0.0.1:3000
      """)

  @OptionGroup var options: EdgeOptions

  func run() throws {
    try EdgeProgram(options: options).run()
  }
}

// The command line as a whole.

import ArgumentParser

/// `skerry`: the edge and the commands that operate it.
struct SkerryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "skerry",
    abstract: "An edge for many tenants: serves and caches their sites, each behind its own wall.",
    discussion: """
      Commands talk to a running edge through its control socket: --control, or SKERRY_CONTROL, or \
      ./run/edge/control.sock, or /run/skerry/control.sock, whichever comes first.

      Exit status: 0 done, 1 refused (every fault is listed), 2 wrong usage, 3 the edge can't be \
      reached.
      """,
    version: ProgramVersion.text,
    groupedSubcommands: [
      CommandGroup(name: "Serving:", subcommands: serving),
      CommandGroup(name: "Zones:", subcommands: zones),
      CommandGroup(name: "Looking:", subcommands: looking),
      CommandGroup(name: "Tools:", subcommands: tools),
    ])

  private static let serving: [any ParsableCommand.Type] = [
    EdgeCommand.self, UpgradeCommand.self, StopCommand.self,
  ]
  private static let zones: [any ParsableCommand.Type] = [
    ZoneCommand.self, DNSCommand.self, ApplyCommand.self, ExportCommand.self, PurgeCommand.self,
    AccountCommand.self, TokenCommand.self,
  ]
  private static let looking: [any ParsableCommand.Type] = [
    StatusCommand.self, TopCommand.self, SlowCommand.self, CacheCommand.self, TiersCommand.self,
  ]
  private static let tools: [any ParsableCommand.Type] = [
    AuthorityCommand.self, StoreCommand.self, VersionCommand.self, CompletionsCommand.self,
  ]

  /// Runs the command that the arguments name, and ends the process with its exit status.
  static func start() -> Never {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      finish(with: error)
    }
    exit(withError: nil)
  }

  private static func finish(with error: any Error) -> Never {
    if let failure = error as? CommandFailure {
      if !failure.message.isEmpty { Console.complain(failure.message) }
      Console.exit(failure.status)
    }
    let message = fullMessage(for: error)
    if exitCode(for: error).isSuccess {
      // Help and version are asked for.
      Console.write(message + "\n")
      Console.exit(.done)
    }
    Console.complain(message)
    Console.exit(.usage)
  }
}

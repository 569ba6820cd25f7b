// `skerry cache`

import ArgumentParser

/// Everything about what the edge keeps of its zones' responses.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Tell what the cache does and has.",
    subcommands: [CacheStatsCommand.self, CacheInspectCommand.self])
}

// `skerry store import`

import ArgumentParser
import Zones

/// Restores a backup.
struct StoreImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make a store hold exactly the zones of a backup. The edge must not be running.")

  @Argument(
    help: "The folder of the edge, as given to skerry edge as --directory.", completion: .directory)
  var folder: String

  @Argument(help: "The file that skerry store export wrote.", completion: .file())
  var file: String

  /// Zones of one kind that are named.
  private static let namedZones = 20

  func run() throws {
    try NewFiles.makeFolder(folder)
    let applied = try StoreCommand.withStore(in: EdgePaths.store(in: folder), isExclusive: true) {
      store throws(ZoneStoreError) in try store.import(from: file)
    }
    if !applied.keptKeys.isEmpty {
      let names = applied.keptKeys.prefix(Self.namedZones).joined(separator: ", ")
      let more = applied.keptKeys.count - Self.namedZones
      Console.line(
        "kept the keys that sign \(names)\(more > 0 ? " and \(more) more" : ""): those of the backup are older, and "
          + "the zones above may know them no more")
    }
    Console.line("restored \(file): \(Figures.amount(applied.changes.count, "zone")) changed")
  }
}

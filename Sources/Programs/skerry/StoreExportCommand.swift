// `skerry store export`

import ArgumentParser
import ConfigurationTree
import Control
import HTTP
import Storage
import Zones

/// Writes a backup of the store, with private keys.
struct StoreExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a backup of all zones, with their private keys.",
    discussion: """
      The running edge writes it, unless --folder names one that is not running. The file is \
      readable by its owner only. Restore it with skerry store import.
      """)

  @Argument(help: "The file to write.", completion: .file())
  var file: String

  @Option(help: "The folder of an edge that is not running.", completion: .directory)
  var folder: String?

  @OptionGroup var control: ControlOptions

  /// Bytes of an export; a larger file is none.
  private static let maximumBytes = 64 << 30

  func run() throws {
    if let folder {
      let sequence = try StoreCommand.withStore(in: try StoreCommand.store(in: folder)) {
        store throws(ZoneStoreError) in
        do throws(StorageError) { return try store.export(to: file) } catch {
          throw .storage(error)
        }
      }
      Console.line("wrote \(file): all zones as of change \(sequence)")
      return
    }
    let result = try control.ask(.post, "/v1/store/export", for: "the export")
    guard let path = result["path"]?.text else {
      throw CommandFailure(.refused, "skerry: the edge does not say where its export is.")
    }
    guard StoredFile.exists(path) else {
      throw CommandFailure(
        .refused,
        "skerry: the edge wrote \(path), on its own machine. Copy the file from there.")
    }
    let content: [UInt8]
    do throws(StorageError) {
      content = try StoredFile.read(path, maximumBytes: Self.maximumBytes)
    } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
    try TextFile.write(content, to: file)
    if control.printsJSON(result) { return }
    Console.line(
      "wrote \(file): \(Figures.amount(Int(result["zones"]?.number ?? 0), "zone")) as of change "
        + "\(result["sequence"]?.number ?? 0)")
  }
}

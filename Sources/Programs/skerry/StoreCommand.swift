// `skerry store`

import ArgumentParser
import Storage
import Zones

/// The store of zones on the disk.
struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Check, back up or restore the store of zones.",
    subcommands: [StoreCheckCommand.self, StoreExportCommand.self, StoreImportCommand.self])

  /// The folder of the store, which is `folder` or lies in it.
  static func store(in folder: String) throws(CommandFailure) -> String {
    for candidate in [folder, EdgePaths.store(in: folder)]
    where StoredFile.exists("\(candidate)/data.mdb") {
      return candidate
    }
    throw CommandFailure(
      .refused,
      "skerry: there is no store of zones in \(folder). Name the folder that was given to skerry edge "
        + "as --directory.")
  }

  /// Runs `body` with the store in `folder`, opened without an edge; with `isExclusive` only if no
  /// edge has it open.
  static func withStore<Result>(
    in folder: String, isExclusive: Bool = false,
    _ body: (ZoneStore) throws(ZoneStoreError) -> Result
  ) throws(CommandFailure) -> Result {
    // What is in the store was checked when it was applied.
    let check = CertificateCheck { _, _ in CertificateFinding(names: nil) }
    do throws(ZoneStoreError) {
      let (store, report) = try ZoneStore.open(
        folder, check: check, isExclusive: isExclusive)
      defer { store.close() }
      if case .restored = report.outcome { Console.complain("skerry: \(report)") }
      return try body(store)
    } catch {
      throw CommandFailure(.refused, "skerry: \(error)")
    }
  }
}

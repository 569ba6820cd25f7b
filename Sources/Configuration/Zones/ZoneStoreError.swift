// What can go wrong with the store of zones.

package import ConfigurationTree
package import Storage

/// An error of the store of zones. After each of them the store is as it was before.
package enum ZoneStoreError: Error, Sendable {
  case storage(StorageError)

  /// The changes are refused for these reasons.
  case invalid([ConfigurationFault])

  /// The store was written by a later version of Skerry.
  case newerFormat(path: String, format: Int)

  /// An export can't be used.
  case badExport(path: String, problem: String)

  /// The store is damaged, and there is no export to rebuild it from.
  case damagedWithoutExport(path: String, damages: [StorageDamage], export: String)
}

extension ZoneStoreError: StorageFailure {
  package init(_ storage: StorageError) { self = .storage(storage) }

  package var storage: StorageError? {
    if case .storage(let error) = self { error } else { nil }
  }
}

extension ZoneStoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .storage(let error): error.description
    case .invalid(let faults):
      "nothing was changed: " + faults.map(\.description).joined(separator: "\n")
    case .newerFormat(let path, let format):
      "\(path): written in format \(format) by a later version of Skerry. Run that version, or "
        + "move the directory away and apply your zones file again."
    case .badExport(let path, let problem):
      "\(path): the export \(problem). Restore it from a backup, or move it away and apply your "
        + "zones file again."
    case .damagedWithoutExport(let path, let damages, let export):
      "\(path): damaged (\(damages.first.map(\.description) ?? "unreadable")), and there is no "
        + "export at \(export). Move the directory away, start again, and apply your zones file."
    }
  }
}

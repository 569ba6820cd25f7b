// How the opening of the store went.

package import Storage

/// What opening the store came to. `description` is for the log.
package struct ZoneStoreReport: Equatable, Sendable {
  package let outcome: Outcome

  /// What was found.
  package enum Outcome: Equatable, Sendable {
    /// There was nothing; the store is new and empty.
    case created
    case opened

    /// The store was damaged (then `movedTo` says where it is now) or missing, and was rebuilt.
    case restored(damages: [StorageDamage], movedTo: String?, export: String, zones: Int)
  }
}

extension ZoneStoreReport: CustomStringConvertible {
  package var description: String {
    switch outcome {
    case .created: return "a new store of zones was made"
    case .opened: return "the store of zones was opened"
    case .restored(_, nil, let export, let zones):
      return "the store of zones was missing; \(zones) zones were restored from \(export). "
        + "Compare them with your zones file (skerry apply): later changes are not in it."
    case .restored(let damages, .some(let moved), let export, let zones):
      let what = damages.prefix(3).map(\.description).joined(separator: "; ")
      let more = damages.count > 3 ? "; and \(damages.count - 3) more" : ""
      return "the store of zones was damaged (\(what)\(more)) and was moved to \(moved); "
        + "\(zones) zones were restored from \(export) and are served. Apply your zones file again "
        + "(skerry apply): changes after the export are missing. Check the disk; then delete "
        + "\(moved)."
    }
  }
}

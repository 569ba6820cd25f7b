// What a commit changes in the index.

/// One change of the entries of a digest.
struct IndexChange {
  let digest: DiskDigest
  let kind: Kind

  /// What happens to them.
  enum Kind {
    /// A new record, in place of the one of its selection.
    case put(DiskEntry)
    case touch(DiskTouch)
    case removeSelection(UInt64)
    case removeAll
    /// Forgets the entry that names this place, if there is one.
    case drop(DiskPlace)
    /// The record was written again elsewhere.
    case move(from: DiskPlace, to: DiskPlace)
  }

  /// Where its record was written, if that is what it is about.
  var writtenAt: DiskPlace? {
    switch kind {
    case .put(let entry): entry.place
    case .move(_, let to): to
    default: nil
    }
  }

  /// Applies the change; false if it changes nothing.
  func apply(to entries: inout [DiskEntry]) -> Bool {
    switch kind {
    case .put(let entry):
      entries.removeAll { $0.selection == entry.selection }
      entries.insert(entry, at: 0)
      if entries.count > DiskLimits.variants { entries.removeLast() }
    case .touch(let touch):
      guard let index = entries.firstIndex(where: { $0.selection == touch.selection }) else {
        return false
      }
      entries[index] = touch.applied(to: entries[index])
    case .removeSelection(let selection):
      guard let index = entries.firstIndex(where: { $0.selection == selection }) else {
        return false
      }
      entries.remove(at: index)
    case .removeAll:
      guard !entries.isEmpty else { return false }
      entries.removeAll()
    case .drop(let place):
      guard let index = entries.firstIndex(where: { $0.place == place }) else { return false }
      entries.remove(at: index)
    case .move(let from, let to):
      guard let index = entries.firstIndex(where: { $0.place == from }) else { return false }
      entries[index].place = to
    }
    return true
  }
}

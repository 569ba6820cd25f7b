// What a look at the disk came to.

/// What a look at the disk came to.
enum DiskFinding {
  /// A record that was read.
  case read(DiskRecord)
  /// A record that waits to be committed.
  case pending(DiskRecord)
  case nothing
  /// The disk would have to be waited for, or much be read, which the caller did not want.
  case wouldWait

  /// Whether it takes more to know.
  var isOpen: Bool { if case .wouldWait = self { true } else { false } }

  var record: DiskRecord? {
    switch self {
    case .read(let record), .pending(let record): record
    case .nothing, .wouldWait: nil
    }
  }
}

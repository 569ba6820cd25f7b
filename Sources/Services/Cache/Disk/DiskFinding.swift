// What a look at the disk came to.

/// What a look at the disk came to.
enum DiskFinding {
  case record(DiskRecord)
  case nothing
  /// The disk would have to be waited for, or much be read, which the caller did not want.
  case wouldWait
}

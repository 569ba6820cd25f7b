// Who reads the disk.

/// Whether loops look at the disk themselves.
package enum LoopReading: Sendable {
  case never
  /// Until a look has waited for the disk; then not for a while.
  case unlessItWaits
  case always
}

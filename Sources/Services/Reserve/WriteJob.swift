// What is to be done at the object store when there is time.

import Exchange
import Primitives

/// Something to write or remove.
struct WriteJob: Sendable {
  /// What is done.
  enum Work: Sendable {
    case put(ReservedRecord, ObjectName)
    /// Writes an object once more where it lies, so that it counts as new.
    case refresh(ObjectName, stamp: String)
    /// Forgets one object, which is damaged.
    case discard(ObjectName)
    /// Forgets all objects of the target.
    case remove
  }

  let zone: ZoneID
  /// What all objects of its target begin with.
  let target: String
  let work: Work
  /// Not before.
  var due = Instant(nanoseconds: 0)

  /// Memory that it keeps, in bytes.
  var bytes: Int {
    guard case .put(let record, _) = work else { return 0 }
    return record.head.retainedBytes + record.body.reduce(0) { $0 + $1.retainedBytes }
  }

  var isRemoval: Bool { if case .remove = work { true } else { false } }
}

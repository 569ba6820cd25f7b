// Where the disk finds who knows what was purged.

import Primitives

/// A judge that others keep alive, once there is one. From any thread.
final class RecordJudgeReference: Sendable {
  private let reference = Guarded<Reference?>(nil)

  /// A judge that may end.
  private struct Reference: Sendable {
    weak let judge: (any RecordJudge)?
  }

  /// None yet.
  init() {}

  /// The judge; nil while there is none.
  var present: (any RecordJudge)? { reference.withLock { $0?.judge } }

  func set(_ judge: any RecordJudge) { reference.withLock { $0 = Reference(judge: judge) } }
}

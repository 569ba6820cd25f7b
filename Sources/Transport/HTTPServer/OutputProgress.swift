// Whether a client takes what waits for it.

import Primitives

/// Progress of a client with what waits for it on a connection, across its responses: a client that asks
/// for more all the time has no more time than others.
struct OutputProgress {
  /// Bytes sent on the connection when the client last took a fair amount; wraps.
  private var sentAtProgress: UInt64 = 0
  /// When that was; nil if nothing waited.
  private(set) var takenAt: Instant?

  /// Whether something waited when it was noted last.
  var isAwaited: Bool { takenAt != nil }

  /// When the client must have taken a fair amount again; never if nothing waits.
  var dueAt: Instant {
    takenAt?.advanced(byNanoseconds: HTTPServerLimits.writeIdleNanoseconds) ?? .never
  }

  /// Whether the client has taken enough since the last time to be given more time: at least 4 KiB,
  /// so that a reader of single bytes is cut off. What waits behind an empty queue is measured anew.
  /// `sent` counts the bytes that the connection has sent.
  mutating func note(waiting: Int, sent: UInt64, at now: Instant) -> Bool {
    guard waiting > 0 else {
      takenAt = nil
      return false
    }
    let isFair = sent &- sentAtProgress >= UInt64(HTTPServerLimits.leastTakenBytes)
    guard takenAt == nil || isFair else { return false }
    sentAtProgress = sent
    takenAt = now
    return true
  }
}

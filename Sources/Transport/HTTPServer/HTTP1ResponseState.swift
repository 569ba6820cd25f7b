// How far the response of one exchange is written.

import Primitives

/// Progress of a response on an HTTP/1.1 connection.
struct HTTP1ResponseState {
  /// How the response's end is told (RFC 9112 section 6.3).
  enum Framing { case none, length, chunked, untilClose }

  var framing = Framing.none
  var hasBegun = false
  /// A task writes the body piece by piece.
  var isStreaming = false
  var isComplete = false
  /// Bytes of the announced length that have not been written yet.
  var remaining: UInt64 = 0
  /// Output that waited when the client last took a fair amount.
  private var waitingAtProgress = Int.max
  /// When that was; nil if nothing waited.
  private(set) var takenAt: Instant?

  /// Whether the client has taken enough since the last time to be given more time: at least 4 KiB,
  /// so that a reader of single bytes is cut off. What waits behind an empty queue is measured anew.
  mutating func noteProgress(_ waiting: Int, at now: Instant) -> Bool {
    guard waiting > 0 else {
      waitingAtProgress = .max
      takenAt = nil
      return false
    }
    if waiting > waitingAtProgress { waitingAtProgress = waiting }
    let isFair = waitingAtProgress - waiting >= HTTPServerLimits.leastTakenBytes
    guard waitingAtProgress == .max || isFair else { return false }
    waitingAtProgress = waiting
    takenAt = now
    return true
  }
}

// Content that the peer's windows let nothing of go.

package import Primitives

extension HTTP2Session {
  /// Resets the streams of whose waiting content the peer's windows let no fair part go for
  /// `stallNanoseconds`, each by itself: others may be well. The driver calls it at `stallCheckAt` and
  /// pulls afterwards.
  ///
  /// With `isExcused`, content may wait for other reasons (output that the socket does not take, content
  /// of more urgent streams), and nobody is blamed.
  package func cutOffStalled(now: Instant, isExcused: Bool) {
    stallCheckAt = nil
    for stream in live where stream.outgoing.count > 0 {
      guard isBlocked, !isExcused, let since = stream.taken.since else {
        stream.taken.begin(at: now)
        checkStalls(at: now.advanced(byNanoseconds: limits.stallNanoseconds))
        continue
      }
      let limit = since.advanced(byNanoseconds: limits.stallNanoseconds)
      if limit <= now {
        reset(stream, .cancel)
      } else {
        checkStalls(at: limit)
      }
    }
  }

  /// Content waits: it is looked at soon, and from then on told how long each stream's has waited.
  func watchStalls() {
    if queuedBytes == 0 {
      stallCheckAt = nil
    } else if stallCheckAt == nil {
      stallCheckAt = now.advanced(byNanoseconds: limits.stallNanoseconds / 4)
    }
  }

  private func checkStalls(at instant: Instant) {
    stallCheckAt = min(stallCheckAt ?? instant, instant)
  }
}

// Content that the peer's windows let nothing of go.

import CNghttp2
package import Primitives

extension HTTP2Session {
  /// Resets the streams of whose waiting content the peer's windows let no fair part go for
  /// `stallNanoseconds`, each by itself: others may be well. The driver calls it at `stallCheckAt` and
  /// pulls afterwards.
  ///
  /// A stream is to blame if its own window is shut, or if the connection's is and nothing of any stream
  /// goes. With `isExcused` content waits for the socket, and nobody is blamed.
  package func cutOffStalled(now: Instant, isExcused: Bool) {
    stallCheckAt = nil
    let standsStill = connectionStandsStill(now)
    for stream in live where stream.outgoing.count > 0 {
      guard isBlocked, !isExcused, standsStill || isShut(stream), let since = stream.taken.since
      else {
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

  /// Whether the peer keeps the stream's own window shut.
  private func isShut(_ stream: HTTP2Stream) -> Bool {
    unsafe nghttp2_session_get_stream_remote_window_size(native, stream.id) <= 0
  }

  /// Whether the connection's window is shut and no fair part of any stream's content went for long.
  private func connectionStandsStill(_ now: Instant) -> Bool {
    guard let since = contentTaken.since else {
      contentTaken.begin(at: now)
      return false
    }
    return unsafe nghttp2_session_get_remote_window_size(native) <= 0
      && since.advanced(byNanoseconds: limits.stallNanoseconds) <= now
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

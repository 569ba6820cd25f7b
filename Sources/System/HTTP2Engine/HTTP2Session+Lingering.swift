// Requests that are answered before their end (RFC 9113 section 8.1).

package import Primitives

extension HTTP2Session {
  /// Cuts off the requests that are answered and whose rest did not come in time; the driver calls it
  /// at `lingersUntil` and pulls afterwards.
  package func cutOffLateContent(now: Instant) {
    lingersUntil = nil
    for stream in live {
      guard let limit = stream.lingersUntil else { continue }
      if limit <= now {
        cutOff(stream)
      } else {
        lingersUntil = min(lingersUntil ?? limit, limit)
      }
    }
  }

  /// Takes the rest of an answered request for a while: a client that is reset while it still sends
  /// may take its answer for a failure. What this may cost is bounded by `lateContentBytes`,
  /// `lateContentNanoseconds` and `concurrentStreams`.
  func linger(_ stream: HTTP2Stream) {
    let limit = now.advanced(byNanoseconds: limits.lateContentNanoseconds)
    stream.lingersUntil = limit
    lingersUntil = min(lingersUntil ?? limit, limit)
    frameGuard.ledger.streamAnsweredEarly()
  }

  /// The client is told to stop sending: its answer is complete.
  func cutOff(_ stream: HTTP2Stream) {
    stream.lingersUntil = nil
    reset(stream, .noError)
  }
}

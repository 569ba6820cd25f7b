// What the engine tells its driver.

import Primitives

/// Receiver of a session's events; called synchronously within `receive`, `pull` and `closeAll`.
///
/// It may call every verb of the session from here except `receive` and `pull`. Spans are valid
/// for the call only.
package protocol HTTP2SessionDelegate: AnyObject {
  /// A header section begins; on the server this is where a new stream gets its `attachment`.
  func headersBegan(_ stream: HTTP2Stream)
  /// One field, in order, names in lower case, pseudo-header fields included. What is malformed
  /// (RFC 9113 section 8.1.1) never completes: such a stream ends in `streamClosed`.
  func header(_ stream: HTTP2Stream, name: Span<UInt8>, value: Span<UInt8>)
  /// The header section is complete. With `tooLarge` fields were left out since the list was
  /// above `HTTP2Limits.headerListBytes` (a server answers 431).
  func headersEnded(
    _ stream: HTTP2Stream, kind: HTTP2HeadersKind, endStream: Bool, tooLarge: Bool)
  /// Content; the window stays closed by it until `HTTP2Session.consume`.
  func data(_ stream: HTTP2Stream, _ bytes: Span<UInt8>)
  /// The content ended with END_STREAM on DATA (else see `headersEnded`).
  func dataEnded(_ stream: HTTP2Stream)
  /// The outgoing queue fell to the low-water mark after having been above it.
  func outputDrained(_ stream: HTTP2Stream)
  /// The stream is gone; `refusedStream` means that the peer did not process the request. The
  /// attachment is released after this call.
  func streamClosed(_ stream: HTTP2Stream, code: HTTP2ErrorCode)
  /// The peer goes away. Streams above `lastStreamID` are closed with `refusedStream` next.
  func goAwayReceived(lastStreamID: Int32, code: HTTP2ErrorCode)
  /// The answer to `HTTP2Session.ping`.
  func pingAcknowledged(_ payload: UInt64)
}

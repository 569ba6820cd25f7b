// The window of a stream whose content is read piece by piece.

/// How far the peer may send on a stream: as far as the reader has taken (RFC 9113 section 5.2). The
/// window begins small, and becomes wide once.
package struct ReceiveWindow {
  /// Bytes that were taken, and for which the window was not opened yet.
  private var owedBytes = 0
  private var isWide = false

  package init() {}

  /// The reader has taken so many bytes.
  package mutating func took(_ count: Int) { owedBytes += count }

  /// The rest of the content is not wanted.
  package mutating func forget() { owedBytes = 0 }

  /// Lets the peer send as much as was taken, and with `width` that many bytes at once from now on. False
  /// if there was nothing to let it.
  package mutating func open(
    _ stream: HTTP2Stream, of session: HTTP2Session, width: Int?
  ) -> Bool {
    if let width, !isWide {
      isWide = true
      session.setWindow(of: stream, bytes: width)
    } else if owedBytes == 0 {
      return false
    }
    session.consume(stream, owedBytes)
    owedBytes = 0
    return true
  }
}

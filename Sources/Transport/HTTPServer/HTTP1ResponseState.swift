// How far the response of one exchange is written.

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
}

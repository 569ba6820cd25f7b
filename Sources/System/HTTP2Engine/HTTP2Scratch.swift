// What the sessions of one loop share, so that an idle connection doesn't hold it.

/// Memory for reuse by all sessions of one loop: closed streams' objects, the array in which fields
/// are handed to nghttp2, and the blocks that nghttp2 itself works in.
///
/// Unchecked: confined to its loop, as the sessions are.
package final class HTTP2Scratch: @unchecked Sendable {
  private var spare: [HTTP2Stream] = []
  var fields = NativeFields()
  let memory = NativeMemory()

  /// One per loop.
  package init() {}

  /// A closed stream's object if nobody else holds it any more, else a new one.
  func makeStream() -> HTTP2Stream {
    guard !spare.isEmpty, isKnownUniquelyReferenced(&spare[spare.count - 1]) else {
      _ = spare.popLast()
      return HTTP2Stream()
    }
    return spare.removeLast()
  }

  /// Keeps a closed stream's object.
  func recycle(_ stream: HTTP2Stream) {
    if spare.count < Limits.spareStreams { spare.append(stream) }
  }
}

// A response on its way to the client.

package import HTTP

/// Status, fields and body of a response.
///
/// Neither `stored` nor `fields` has Content-Length, Transfer-Encoding or Connection: whoever writes
/// the response frames it, from `contentLength` and the body.
package struct Response: Sendable {
  package var status: UInt16 = 0
  /// Fields shared with a cache, sent before `fields`.
  package var stored: StoredFields?
  /// Fields of this response alone.
  package var fields = FieldBlock()
  package var body = ResponseBody.none
  /// Length of the body, or of the one that GET would have (HEAD, 304); nil if it is not known.
  package var contentLength: UInt64?

  package init() {}

  /// The body, which is not the response's any more.
  package mutating func takeBody() -> ResponseBody {
    var taken = ResponseBody.none
    swap(&taken, &body)
    return taken
  }

  /// Bytes of the body that are in memory. It changes nothing, and is `mutating` so that it is lent the
  /// response of an exchange: reading that one's body would copy it.
  package mutating func bodyBytes() -> UInt64 { UInt64(body.count) }

  /// Whether the whole body is in memory; `mutating` like `bodyBytes`.
  package mutating func isBodyComplete() -> Bool { body.isComplete }

  /// Back to the initial state, keeping the memory.
  package mutating func reset() {
    status = 0
    if stored != nil { stored = nil }
    fields.removeAll()
    body = .none
    contentLength = nil
  }
}

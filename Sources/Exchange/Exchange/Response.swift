// A response on its way to the client.

package import HTTP
package import Primitives

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

  /// Back to the initial state, keeping the memory.
  package mutating func reset() {
    status = 0
    stored = nil
    fields.removeAll()
    body = .none
    contentLength = nil
  }
}

/// Where a response's body comes from.
package enum ResponseBody: @unchecked Sendable {
  // A stream is confined to the loop of its exchange.
  case none
  case bytes(Bytes)
  case chunks([Bytes])
  case stream(any BodySource)

  /// Whether the whole body is in memory.
  package var isComplete: Bool {
    if case .stream = self { return false }
    return true
  }
}

/// Fields that many responses share, with their HTTP/1.1 form made once.
package final class StoredFields: Sendable {
  package let fields: FieldBlock
  /// `Name: value` lines, each with CR LF (RFC 9112 section 5).
  package let lines: [UInt8]
  package let hasDate: Bool

  /// Keeps `fields`, which must not frame the message (see `Response`).
  package init(_ fields: FieldBlock) {
    precondition(!fields.contains(.contentLength) && !fields.contains(.transferEncoding))
    self.fields = fields
    hasDate = fields.contains(.date)
    var lines: [UInt8] = []
    for index in 0..<fields.count {
      fields.withName(at: index) { lines.append($0) }
      lines.append(": ")
      fields.withValue(at: index) { lines.append($0) }
      lines.append("\r\n")
    }
    self.lines = lines
  }
}

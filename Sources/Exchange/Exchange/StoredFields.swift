// The fields of a stored response, serialised once.

package import HTTP
import Primitives

/// Fields that many responses share, with their HTTP/1.1 form made once.
package final class StoredFields: Sendable {
  package let fields: FieldBlock
  /// `Name: value` lines, each with CR LF (RFC 9112 section 5).
  package let lines: [UInt8]
  package let hasDate: Bool
  /// What coding the content would ask of `fields` each time.
  package let isTransformable: Bool
  /// Where the media type lies in `fields.bytes`.
  package let mediaType: Range<Int>?

  /// Keeps `fields`, which must not frame the message (see `Response`).
  package init(_ fields: FieldBlock) {
    precondition(!fields.contains(.contentLength) && !fields.contains(.transferEncoding))
    self.fields = fields
    hasDate = fields.contains(.date)
    isTransformable = fields.isTransformable
    mediaType = fields.mediaType
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

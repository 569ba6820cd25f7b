// The fields of a stored response, serialised once.

package import HTTP
import Primitives

/// Fields that many responses share, with their HTTP/1.1 form made once.
package final class StoredFields: Sendable {
  package let fields: FieldBlock
  /// `fields.lines`.
  package let lines: [UInt8]
  package let hasDate: Bool
  /// What coding the content would ask of `fields` each time.
  package let isTransformable: Bool
  package let variesByCoding: Bool
  /// Where the media type lies in `fields.bytes`.
  package let mediaType: Range<Int>?

  /// Keeps `fields`, which must not frame the message (see `Response`).
  package init(_ fields: FieldBlock) {
    precondition(!fields.contains(.contentLength) && !fields.contains(.transferEncoding))
    self.fields = fields
    hasDate = fields.contains(.date)
    isTransformable = fields.isTransformable
    variesByCoding = fields.variesByCoding
    mediaType = fields.mediaType
    lines = fields.lines
  }
}

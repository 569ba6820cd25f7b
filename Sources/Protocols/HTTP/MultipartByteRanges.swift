// Bodies with several ranges of one representation.

import Primitives

/// `multipart/byteranges` (RFC 9110 section 14.6): what stands around the parts.
package struct MultipartByteRanges: Sendable {
  private let boundary: [UInt8]

  /// `boundary` must not occur in the content, so it is 64 random bits, in hexadecimal.
  package init(boundary random: UInt64) {
    var boundary: [UInt8] = []
    boundary.appendHexadecimal(random | 1 << 63)
    self.boundary = boundary
  }

  /// The value of Content-Type.
  package func appendContentType(to output: inout [UInt8]) {
    output.append("multipart/byteranges; boundary=")
    output.append(boundary.span)
  }

  /// What comes before the content of `part`; `contentType` is that of the representation.
  package func appendPartHead(
    _ part: ContentRange, contentType: Span<UInt8>?, to output: inout [UInt8]
  ) {
    output.append("\r\n--")
    output.append(boundary.span)
    output.append("\r\n")
    if let contentType {
      output.append("Content-Type: ")
      output.append(contentType)
      output.append("\r\n")
    }
    output.append("Content-Range: ")
    part.append(to: &output)
    output.append("\r\n\r\n")
  }

  /// What comes behind the last part.
  package func appendEnd(to output: inout [UInt8]) {
    output.append("\r\n--")
    output.append(boundary.span)
    output.append("--\r\n")
  }

  /// The length of the whole body.
  package func length(
    of parts: [Range<UInt64>], from whole: UInt64, contentType: Span<UInt8>?
  ) -> UInt64 {
    var around: [UInt8] = []
    var content: UInt64 = 0
    for part in parts {
      appendPartHead(
        ContentRange(range: part, length: whole), contentType: contentType, to: &around)
      content += UInt64(part.count)
    }
    appendEnd(to: &around)
    return content + UInt64(around.count)
  }
}

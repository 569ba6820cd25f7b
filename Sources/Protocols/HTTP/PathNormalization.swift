// Paths that are equivalent by their syntax, as one.

import Primitives

/// Normal forms of a path and query (RFC 3986 section 6.2.2), for cache keys and comparisons only:
/// the origin is sent what the client sent.
package enum PathNormalization {
  /// Appends the normal form of the origin-form target `target` to `output`: percent-encoded
  /// unreserved characters decoded, hexadecimal digits in capitals, dot segments removed from the
  /// path. A `%` that is followed by no two digits stays.
  package static func append(_ target: Span<UInt8>, to output: inout [UInt8]) {
    let start = output.count
    let end = target.first(0x3f, in: 0..<target.count) ?? target.count
    appendDecoded(target.extracting(0..<end), to: &output)
    if start < output.count, output[start] == 0x2f { removeDotSegments(&output, from: start) }
    appendDecoded(target.extracting(end..<target.count), to: &output)
  }

  /// RFC 3986 sections 6.2.2.1 and 6.2.2.2.
  private static func appendDecoded(_ text: Span<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < text.count {
      let byte = text[index]
      guard byte == 0x25, index + 2 < text.count, let high = text[index + 1].hexadecimalValue,
        let low = text[index + 2].hexadecimalValue
      else {
        output.append(byte)
        index += 1
        continue
      }
      let decoded = high << 4 | low
      if ASCIISet.unreserved.contains(decoded) {
        output.append(decoded)
      } else {
        output.append(0x25)
        output.append(high < 10 ? 0x30 + high : 0x37 + high)
        output.append(low < 10 ? 0x30 + low : 0x37 + low)
      }
      index += 3
    }
  }

  /// RFC 3986 section 5.2.4, in place: the path only gets shorter.
  private static func removeDotSegments(_ path: inout [UInt8], from start: Int) {
    var read = start
    var write = start
    while read < path.count {
      // Each turn takes one segment with the slash before it.
      var end = read + 1
      while end < path.count, path[end] != 0x2f { end += 1 }
      let length = end - read - 1
      let isDot = length == 1 && path[read + 1] == 0x2e
      let isDoubleDot = length == 2 && path[read + 1] == 0x2e && path[read + 2] == 0x2e
      if isDoubleDot {
        while write > start {
          write -= 1
          if path[write] == 0x2f { break }
        }
      }
      if isDot || isDoubleDot {
        // A dot segment at the end leaves its slash.
        if end == path.count {
          path[write] = 0x2f
          write += 1
        }
      } else {
        for index in read..<end {
          path[write] = path[index]
          write += 1
        }
      }
      read = end
    }
    path.removeSubrange(write...)
  }
}

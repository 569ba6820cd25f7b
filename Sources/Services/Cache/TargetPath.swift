// What a path looks like.

import HTTP
import Primitives

/// Reading the path of a request, without its query, as rules need it.
enum TargetPath {
  /// Where the extension of the last segment is, without the dot; empty if it has none.
  static func fileExtension(_ path: Span<UInt8>) -> Range<Int> {
    var index = path.count
    while index > 0 {
      index -= 1
      if path[index] == 0x2f { break }
      if path[index] == 0x2e { return index + 1..<path.count }
    }
    return 0..<0
  }

  /// Whether an origin may take the path for another one: by dot segments, by separators that are
  /// encoded or of other systems, or by parameters of a segment (RFC 3986 section 3.3).
  static func isDoubtful(_ path: Span<UInt8>) -> Bool {
    var index = 0
    while index < path.count {
      switch path[index] {
      case 0x5c, 0x3b: return true
      case 0x25 where isEncodedSeparator(path, index): return true
      case 0x2f where isDotSegment(path, index + 1): return true
      default: index += 1
      }
    }
    return false
  }

  /// `%2f`, `%5c`, `%2e`, `%3b`, `%3f`, `%23`, `%25` and control characters.
  private static func isEncodedSeparator(_ path: Span<UInt8>, _ start: Int) -> Bool {
    guard start + 2 < path.count, let high = path[start + 1].hexadecimalValue,
      let low = path[start + 2].hexadecimalValue
    else { return true }
    switch high << 4 | low {
    case 0x00...0x1f, 0x7f, 0x23, 0x25, 0x2e, 0x2f, 0x3b, 0x3f, 0x5c: return true
    default: return false
    }
  }

  private static func isDotSegment(_ path: Span<UInt8>, _ start: Int) -> Bool {
    var end = start
    while end < path.count, path[end] == 0x2e { end += 1 }
    return end > start && end - start <= 2 && (end == path.count || path[end] == 0x2f)
  }
}

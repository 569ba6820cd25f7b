// What fields say of changing the content that they come with.

import Primitives

extension FieldBlock {
  /// Whether the content may be coded on its way: it is no part, not coded already, and no-transform does
  /// not forbid it (RFC 9111 section 5.2.2.6).
  package var isTransformable: Bool {
    for index in entries.indices {
      switch entries[index].name {
      case .contentRange: return false
      case .contentEncoding where !withValue(at: index, { $0.listHolds("identity") }): return false
      case .cacheControl where withValue(at: index, { $0.listHolds("no-transform") }): return false
      default: continue
      }
    }
    return true
  }

  /// Where the media type lies in `bytes`, without parameters (RFC 9110 section 8.3); nil without a
  /// Content-Type.
  package var mediaType: Range<Int>? {
    guard let index = firstIndex(of: .contentType) else { return nil }
    let range = entries[index].valueRange
    let value = bytes.span.extracting(range)
    var end = 0
    while end < value.count, value[end] != 0x3b, value[end] != 0x20 { end += 1 }
    return range.lowerBound..<range.lowerBound + end
  }
}

// The tags of a response.

import Primitives

/// Reads the tags that a response is grouped by: `Cache-Tag`, members separated by commas, and
/// `Surrogate-Key` (the Edge Architecture's), members separated by white space. No RFC has them; CDNs
/// agree on this much. Tags are exact: case counts.
package enum CacheTags {
  /// Calls `body` for each tag of the response, as often as it is there.
  package static func forEach(in fields: FieldBlock, _ body: (Span<UInt8>) -> Void) {
    for index in fields.entries.indices {
      switch fields.entries[index].name {
      case .cacheTag: fields.withValue(at: index) { $0.forEachToken(body) }
      case .surrogateKey: fields.withValue(at: index) { forEachWord($0, body) }
      default: continue
      }
    }
  }

  /// Whether a purge may name the tag: it is one that the fields can carry.
  package static func isTag(_ tag: Span<UInt8>) -> Bool {
    guard tag.count > 0, !isSeparator(tag[0]), !isSeparator(tag[tag.count - 1]) else {
      return false
    }
    for index in 0..<tag.count {
      let byte = tag[index]
      if byte == 0x2c || byte == 0x7f || byte < 0x20 && byte != 0x09 { return false }
    }
    return true
  }

  /// Commas separate as well: there is no tag that only one of the two fields could carry.
  static func forEachWord(_ value: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    var start = 0
    while start < value.count {
      var end = start
      while end < value.count, !isSeparator(value[end]) { end += 1 }
      if start < end { body(value.extracting(start..<end)) }
      start = end + 1
    }
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x2c
  }
}

extension FieldBlock {
  /// Whether there are fields of tags.
  package var hasTags: Bool { contains(.cacheTag) || contains(.surrogateKey) }

  /// Takes the fields of tags out: they are between the origin and its caches.
  package mutating func removeTags() {
    remove(.cacheTag)
    remove(.surrogateKey)
  }
}

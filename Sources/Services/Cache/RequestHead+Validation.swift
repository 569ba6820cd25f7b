// The request that the cache itself makes.

import HTTP
import Primitives

extension RequestHead {
  /// Makes it a request for the whole response, conditional on `stored` not being valid any more
  /// (RFC 9111 section 4.3.1); unconditional without it.
  mutating func setPreconditions(validating stored: FieldBlock?) {
    fields.removeAll { entry in
      switch entry.name {
      case .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange, .range: true
      default: false
      }
    }
    guard let stored else { return }
    stored.withFirst(.etag) { fields.append(.ifNoneMatch, $0) }
    stored.withFirst(.lastModified) { fields.append(.ifModifiedSince, $0) }
  }
}

extension FieldBlock {
  /// Whether a 304 with `notModified` is about the stored response with `stored`: what validator it
  /// has must be the same (RFC 9111 section 4.3.4).
  static func sameValidator(_ stored: FieldBlock, _ notModified: FieldBlock) -> Bool {
    for name in [FieldName.etag, .lastModified] where notModified.contains(name) {
      let isSame = notModified.withFirst(name) { new in
        stored.withFirst(name) { opaque($0).equals(opaque(new)) }
      }
      return (isSame ?? nil) ?? false
    }
    return true
  }

  /// An entity tag without its weakness, for weak comparison (RFC 9110 section 8.8.3.2).
  private static func opaque(_ tag: Span<UInt8>) -> Span<UInt8> {
    tag.count >= 2 && tag[0] == 0x57 && tag[1] == 0x2f ? tag.extracting(2..<tag.count) : tag
  }
}

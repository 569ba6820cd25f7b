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
        stored.withFirst(name) { old in
          name == .etag && EntityTag.isValid(new)
            ? EntityTag.equal(old, new, .weak) : old.equals(new)
        }
      }
      return (isSame ?? nil) ?? false
    }
    return true
  }
}

// What a response says to caches.

import HTTP
import Primitives

/// The directives of a response that govern this cache: those of the targeted field if a valid one
/// is there, else those of Cache-Control (RFC 9213 section 2.2).
struct ResponseDirectives: Sendable, Equatable {
  var control = CacheControl()
  /// They come from a targeted field: Cache-Control and Expires do not count.
  var isTargeted = false

  init() {}

  /// The target list of this cache is `CDN-Cache-Control` alone.
  init(_ fields: borrowing FieldBlock) {
    if fields.contains(.cdnCacheControl),
      let targeted = CacheControl(targeted: .cdnCacheControl, fields)
    {
      control = targeted
      isTargeted = true
    } else {
      control = CacheControl(fields)
    }
  }

  func contains(_ flag: CacheControl.Flags) -> Bool { control.flags.contains(flag) }

  /// Whether stale reuse is forbidden whatever a request or a zone allows (RFC 9111 section 4.2.4).
  var forbidsStale: Bool {
    contains(.mustRevalidate) || contains(.proxyRevalidate) || contains(.noCache)
  }

  /// Whether the field of that name must not be stored, because `private="..."` or
  /// `no-cache="..."` names it.
  func withholds(_ name: Span<UInt8>) -> Bool {
    for names in [control.privateNames, control.noCacheNames] {
      for withheld in names where name.equalsIgnoringCase(withheld.span) { return true }
    }
    return false
  }
}

// What responses are found by.

package import HTTP
import Primitives

/// Primary keys (RFC 9111 section 2): zone, scheme, host and target. The scheme counts because
/// origins answer http and https differently (redirects above all).
package enum CacheKey {
  package typealias Scheme = RequestHead.Scheme

  /// Stands in keys of slices where others have their scheme.
  static let sliceMark: UInt8 = 0xff

  /// The part of a zone's keys that is always the same.
  static func prefix(_ zone: ZoneID) -> [UInt8] {
    var prefix: [UInt8] = []
    for word in [zone.high, zone.low] {
      for shift in stride(from: 56, through: 0, by: -8) {
        prefix.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return prefix
  }

  /// Writes a request's key over `key`. Host and target can't run into each other: a host has no
  /// slash and a target begins with one.
  @inline(__always)
  static func write(_ prefix: [UInt8], _ request: RequestHead, to key: inout [UInt8]) {
    writeHost(prefix, request, to: &key)
    key.append(request.path.span)
  }

  /// Writes all but the target of a request's key over `key`.
  @inline(__always)
  static func writeHost(_ prefix: [UInt8], _ request: RequestHead, to key: inout [UInt8]) {
    key.removeAll(keepingCapacity: true)
    key.append(prefix.span)
    key.append(request.scheme.rawValue)
    key.append(request.authority.span)
  }

  /// Writes over `key` what is known of the keys of a target: a whole key, unless the plan's have
  /// parts.
  static func write(
    _ prefix: [UInt8], _ request: RequestHead, _ plan: CacheKeyPlan?, to key: inout [UInt8]
  ) {
    writeHost(prefix, request, to: &key)
    var parts: [Range<Int>] = []
    if let plan {
      plan.writeTarget(request.path, to: &key, parts: &parts)
      if !plan.hasParts { plan.writeSignature(to: &key) }
    } else {
      key.append(request.path.span)
    }
  }

  static func bytes(
    zone: ZoneID, scheme: Scheme, authority: [UInt8], path: [UInt8]
  ) -> [UInt8] {
    prefix(zone) + [scheme.rawValue] + authority + path
  }
}

// MARK: - Parts of keys

extension CacheKey {
  /// Bytes before the host: the zone and the scheme.
  private static let headBytes = 17

  /// The part of `key` that all requests for its target have.
  static func target(of key: [UInt8]) -> [UInt8] { Array(key[..<targetEnd(key)]) }

  /// The same, where it lies.
  @_lifetime(borrow key)
  static func targetSpan(of key: borrowing [UInt8]) -> Span<UInt8> {
    key.span.extracting(0..<targetEnd(key))
  }

  /// `key` without the instant of its target's latest invalidation, which means nothing after a
  /// restart. It follows the signature of the key's settings; both are a NUL and eight bytes.
  static func identity(of key: [UInt8]) -> [UInt8] {
    let end = targetEnd(key) + 9
    guard end < key.count else { return key }
    return Array(key[..<end] + key[min(end + 9, key.count)...])
  }

  /// The instant of its target's latest invalidation that a key has; nil if it has none.
  static func invalidation(in key: [UInt8]) -> Instant? {
    let start = targetEnd(key) + 10
    guard start + 8 <= key.count else { return nil }
    var nanoseconds: UInt64 = 0
    for index in 0..<8 { nanoseconds |= UInt64(key[start + index]) << (UInt64(index) * 8) }
    return Instant(nanoseconds: nanoseconds)
  }

  /// Where a NUL begins the parts beside the target.
  private static func targetEnd(_ key: [UInt8]) -> Int {
    guard key[headBytes - 1] != sliceMark else { return key.count }
    return key[headBytes...].firstIndex(of: 0) ?? key.count
  }
}

extension Array where Element == UInt8 {
  /// The bytes in memory of their own, without the room of a buffer that is used again.
  init(copying bytes: [UInt8]) {
    self = []
    reserveCapacity(bytes.count)
    append(contentsOf: bytes)
  }
}

// Names of objects in the bucket.

import Exchange
import Primitives
import TLS

/// Where a record lies in the bucket: `prefix/v1/ZONE/TARGET/IDENTITY`, and `.VARIANT` behind it if there is
/// one. All that is of a zone or a target has one beginning; parts are digests, so that nobody reads URLs
/// there, and no part is odd.
struct ObjectName: Hashable, Sendable {
  let text: String
  /// All of the target's objects begin so.
  let targetPrefix: String
  /// The whole digest of the whole name, which an object repeats.
  let digest: [UInt8]

  /// Nil if the library fails.
  init?(_ name: ReservedName, of zone: ZoneID, prefix: String) {
    guard let targetPrefix = Self.prefix(of: name.target, zone, prefix),
      let identity = SHA256.digest(of: name.identity.span)
    else { return nil }
    var text = targetPrefix + Self.short(identity)
    if let variant = name.variant {
      guard let digest = SHA256.digest(of: variant.span) else { return nil }
      text += "." + Self.short(digest)
    }
    guard let digest = SHA256.digest(of: Array(text.utf8).span) else { return nil }
    self.text = text
    self.targetPrefix = targetPrefix
    self.digest = digest
  }

  /// What all objects of a target begin with.
  static func prefix(of target: [UInt8], _ zone: ZoneID, _ prefix: String) -> String? {
    SHA256.digest(of: target.span).map { Self.prefix(short($0), zone, prefix) }
  }

  /// The same, of the first bytes of a target's digest as `digest(ofPrefix:)` gives them.
  static func prefix(ofDigest digest: [UInt8], _ zone: ZoneID, _ prefix: String) -> String {
    Self.prefix(Hexadecimal.text(digest), zone, prefix)
  }

  /// The bytes of a target's digest, of what its objects begin with; nil if that is no such beginning.
  static func digest(ofPrefix text: String) -> [UInt8]? {
    let digits = text.utf8.dropLast().suffix(32).map { Hexadecimal.value($0) }
    guard text.utf8.last == 0x2f, digits.count == 32 else { return nil }
    return stride(from: 0, to: 32, by: 2).reduce(into: [UInt8]?([])) { bytes, index in
      guard let high = digits[index], let low = digits[index + 1] else { return bytes = nil }
      bytes?.append(high << 4 | low)
    }
  }

  private static func prefix(_ digest: String, _ zone: ZoneID, _ prefix: String) -> String {
    (prefix.isEmpty ? "" : prefix + "/") + "v1/\(zone)/\(digest)/"
  }

  /// 128 bits are enough for no two to meet.
  private static func short(_ digest: [UInt8]) -> String { Hexadecimal.text(Array(digest[..<16])) }
}

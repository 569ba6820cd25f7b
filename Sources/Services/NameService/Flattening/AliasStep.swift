// Where one zone leads who looks for an alias's addresses.

package import DNS
import Primitives

/// What a zone says of a name that an alias leads to.
package enum AliasStep: Equatable, Sendable {
  /// The addresses, as a run of contents, and their TTL; empty if the name has none.
  case addresses([UInt8], ttl: UInt32)
  /// The name is an alias, of this one, in canonical wire form, for so many seconds.
  case alias([UInt8], ttl: UInt32)
  /// The name is in a zone below, which is somebody else's.
  case delegated
}

extension NameZoneSnapshot {
  /// What the zone says of the addresses (A or AAAA) of `name`, which lies in it and in none of the
  /// zones below it.
  package func addresses(of name: [UInt8], _ type: RecordType) -> AliasStep {
    let bytes = image.bytes
    let reader = ImageReader(bytes.span)
    let nothing = AliasStep.addresses([], ttl: reader.negativeTTL)
    guard let name = Self.canonical(name.span) else { return nothing }
    let found = reader.locate(name)
    if found.isCut { return .delegated }
    guard let node = found.isExact ? found.node : reader.wildcard(of: found.node) else {
      return nothing
    }
    if let target = reader.aliasTarget(of: node) {
      return .alias(bytes[target.name].map(\.asciiLowercased), ttl: target.ttl)
    }
    guard let set = reader.records(type, of: node) else { return nothing }
    return .addresses(Array(bytes[set.contents]), ttl: set.ttl)
  }

  private static func canonical(_ wire: Span<UInt8>) -> CanonicalName? {
    do throws(DNSError) { return try CanonicalName(wire) } catch { return nil }
  }
}

// A zone's records as queries use them.

import DNS
package import Primitives

/// One zone's records as queries use them: immutable, shared by all loops.
package final class NameZoneSnapshot: Sendable {
  package let id: ZoneID
  package let image: ZoneImage
  /// The apex in canonical wire form.
  let apex: [UInt8]
  /// The zones of this server that lie below this one.
  let nested: NestedZones
  /// The sequence number of the change that it was built from: the HTTP side's, too.
  package let epoch: UInt64

  /// `nested` are the apexes of the zones of this server that lie below this one, in canonical wire
  /// form: for names there this zone does not answer. Nil if there are too many to tell: the directory
  /// is asked about each name.
  package init(
    id: ZoneID, image: ZoneImage, nested: Set<[UInt8]>? = [], epoch: UInt64
  ) {
    self.id = id
    self.image = image.stamped(epoch: epoch)
    apex = image.apex
    self.nested = nested.map { NestedZones($0) } ?? .unknown
    self.epoch = epoch
  }

  /// Whether the zone `name` of this server is known to lie below this one; nil if that is told of none.
  package func hasZoneBelow(_ name: String) -> Bool? {
    guard nested.isKnown else { return nil }
    do throws(DNSError) {
      let wire = try DomainName(name).canonical.bytes
      return nested.contains(wire.span)
    } catch { return false }
  }
}

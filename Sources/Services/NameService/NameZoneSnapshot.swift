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
  /// How it is signed; nil if it is not.
  let signing: ZoneSigning?
  /// Whether it is to be signed, and can't be: answers without signatures would be taken for forged ones.
  package let isUnanswerable: Bool
  /// Whether it has names that are answered by rules.
  let hasRules: Bool
  /// Whether some of these depend on where the client is.
  let hasPlaces: Bool
  /// The records whose addresses are checked.
  package let checked: [CheckedRecord]
  /// Who may have it as a whole; nil if nobody may, and no key is known.
  let transfers: TransferConfiguration?
  private let order = Guarded(SharedOrder())
  /// The sequence number of the change that it was built from: the HTTP side's, too.
  package let epoch: UInt64

  /// `nested` are the apexes of the zones of this server that lie below this one, in canonical wire
  /// form: for names there this zone does not answer. Nil if there are too many to tell: the directory
  /// is asked about each name. With a `plan` the zone is signed; reading a key takes some 50 us: not on a loop.
  /// One that `isToBeSigned` is not answered for without.
  package init(
    id: ZoneID, image: ZoneImage, nested: Set<[UInt8]>? = [], plan: SigningPlan? = nil,
    isToBeSigned: Bool = false, transfers: TransferConfiguration? = nil, epoch: UInt64
  ) {
    self.id = id
    self.image = image.stamped(epoch: epoch)
    apex = image.apex
    hasRules = image.hasRules
    hasPlaces = image.hasPlaces
    checked = image.checkedRecords
    self.nested = nested.map { NestedZones($0) } ?? .unknown
    self.epoch = epoch
    self.transfers = transfers?.isEmpty == true ? nil : transfers
    if let plan, let name = DomainName(checkedWire: image.apex) {
      signing = ZoneSigning(plan, apex: name)
    } else {
      signing = nil
    }
    isUnanswerable = signing == nil && (isToBeSigned || plan != nil)
  }

  /// Found by those who send the zone at the same time, and gone with the last one.
  private struct SharedOrder {
    weak var order: SigningOrder?
  }

  /// The order in which a signed zone is sent, made once for all transfers that are under way. Takes time in
  /// proportion to the zone: not on a loop.
  package func signingOrder() -> SigningOrder {
    order.withLock { shared in
      if let order = shared.order { return order }
      let order = SigningOrder(image)
      shared.order = order
      return order
    }
  }

  /// Whether answers are signed, so that a transfer is in the order of names.
  package var isSigned: Bool { signing != nil }

  /// Whether the zone `name` of this server is known to lie below this one; nil if that is told of none.
  package func hasZoneBelow(_ name: String) -> Bool? {
    guard nested.isKnown else { return nil }
    do throws(DNSError) {
      let wire = try DomainName(name).canonical.bytes
      return nested.contains(wire.span)
    } catch { return false }
  }
}

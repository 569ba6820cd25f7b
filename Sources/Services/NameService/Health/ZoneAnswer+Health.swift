// Record sets without the addresses that are not well.

import DNS
import Primitives

extension ZoneAnswer {
  /// Whether some of the records of a set of `node` are left out; those that stay are gathered in the rules'
  /// `health`.
  func leavesOut(
    _ set: ImageReader.RecordSet, of node: Int, _ image: borrowing ImageReader
  ) -> Bool {
    guard let health = rules?.health, health.hasIll,
      let first = image.firstChecked(set.type, of: node)
    else { return false }
    return health.gather(image.bytes.extracting(set.contents), first: first)
  }

  /// Answers with the records that `leavesOut` has gathered.
  @_lifetime(writer: copy writer)
  mutating func putGathered(
    _ ttl: UInt32, _ type: RecordType, _ name: borrowing CanonicalName, _ ownerAt: Place,
    _ writer: inout DNSMessageWriter
  ) {
    guard let gathered = rules?.health?.gathered else { return }
    let subject = ZoneSigner.Subject(type: type, ttl: ttl, isPassing: isExpanded)
    put(subject, gathered.span, name.span, ownerAt, &writer)
  }
}

// Serial numbers of zones (RFC 1982).

import Primitives

/// The serial number of a SOA record. Numbers go round: of two that are less than 2^31 apart one is
/// behind the other, whatever their values are.
package struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
  package let value: UInt32

  package init(_ value: UInt32) { self.value = value }

  /// Whether this is later than `other`. Of two that are 2^31 apart neither is (RFC 1982 section 3.2).
  package func follows(_ other: SerialNumber) -> Bool {
    let distance = value &- other.value
    return distance > 0 && distance < 1 << 31
  }

  /// The next number.
  package var next: SerialNumber { SerialNumber(value &+ 1) }

  /// The serial number in the content of a SOA record; nil if that is none.
  package init?(soa content: Span<UInt8>) {
    guard RDATA.isValid(.soa, content), content.count >= 20 else { return nil }
    self.init(content.uint32(at: content.count - 20))
  }

  package var description: String { value.description }
}

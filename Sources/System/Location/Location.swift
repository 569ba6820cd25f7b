// What a database says of an address.

/// Where an address is used, as far as a database knows.
package struct Location: Equatable, Sendable {
  package var country = CountryCode.unknown
  package var continent: Continent?
  /// The number of the autonomous system (RFC 4271) that the address belongs to.
  package var autonomousSystem: UInt32?

  package init() {}
}

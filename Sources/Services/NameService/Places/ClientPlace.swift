// Where the client of a query is.

import DNS
import Location
import Primitives
import Runtime

/// The address that an answer may depend on, and whether it did.
struct ClientPlace {
  private let high: UInt64
  private let low: UInt64
  /// Bits of the client's own address that are known; nil if it is its resolver's address.
  private let sourceBits: UInt8?
  private var location: Location?
  /// Whether what was said holds for that network alone.
  private(set) var mattered = false

  /// Of a query that `peer` sent: the network that it asks for (RFC 7871), or its own address, also if it
  /// wants no network to be known (section 7.1.2).
  init(_ query: borrowing DNSQuery, _ peer: SocketAddress) {
    guard let subnet = query.edns?.clientSubnet, subnet.sourcePrefixBits > 0 else {
      (high, low, sourceBits) = (peer.high, peer.low, nil)
      return
    }
    sourceBits = subnet.sourcePrefixBits
    (high, low) = subnet.words
  }

  /// The bits of the network that the answer holds for (RFC 7871 section 7.2.1): as many as were told, or
  /// none if it is the same for all.
  var scopeBits: UInt8 { mattered ? sourceBits ?? 0 : 0 }

  /// Where the client is, by `database`. What is said depends on it from here on.
  mutating func find(in database: LocationDatabase) -> Location {
    mattered = true
    if let location { return location }
    let found = database.location(high, low)
    location = found
    return found
  }
}

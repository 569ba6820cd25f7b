// Which country a client is in.

import HTTP
import Location
import Primitives
import Runtime

/// What requests say of their clients' countries, for keys, Vary and origins.
enum ClientCountry {
  /// What origins are told it in.
  static let fieldName = "Skerry-Client-Country"

  private static let name = Array(fieldName.utf8)

  /// The field, for its name.
  private static let named = {
    var fields = FieldBlock()
    fields.append(fieldName, "")
    return fields
  }()

  /// The country of a client; unknown without a database, and of one on this machine.
  static func find(_ address: SocketAddress, _ locations: LocationDatabase?) -> CountryCode {
    guard let locations, address.family != .local else { return .unknown }
    return locations.country(address.high, address.low)
  }

  /// Makes a request say `country`, and nothing that its client says of it.
  static func write(_ country: CountryCode, to request: inout FieldBlock) {
    request.removeNames(of: named)
    let letters: InlineArray<2, UInt8> = [country.first, country.second]
    request.append(known: .other, name: name.span, value: letters.span)
  }
}

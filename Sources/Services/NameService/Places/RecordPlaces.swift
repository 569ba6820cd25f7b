// The clients that a record is for.

import DNS
package import Location
import Primitives

/// Where clients are that a record is answered to: in countries, on continents, or in networks (autonomous
/// systems). Nowhere: it is for all who have no record of their own.
package struct RecordPlaces: Hashable, Sendable {
  package let countries: [CountryCode]
  package let continents: [Continent]
  /// Numbers of autonomous systems.
  package let systems: [UInt32]

  static let everywhere = RecordPlaces()

  package init(
    countries: [CountryCode] = [], continents: [Continent] = [], systems: [UInt32] = []
  ) {
    self.countries = Set(countries).sorted { Self.number($0) < Self.number($1) }
    self.continents = Set(continents).sorted { $0.rawValue < $1.rawValue }
    self.systems = Set(systems).sorted()
  }

  var isEverywhere: Bool { countries.isEmpty && continents.isEmpty && systems.isEmpty }

  private static func number(_ country: CountryCode) -> Int {
    Int(country.first) << 8 | Int(country.second)
  }

  /// One place.
  enum Place: Hashable, CustomStringConvertible {
    case country(CountryCode)
    case continent(Continent)
    case system(UInt32)

    var description: String {
      switch self {
      case .country(let code): code.description
      case .continent(let continent): continent.rawValue
      case .system(let number): "AS\(number)"
      }
    }
  }

  /// Adds them to those that are `taken`; the first one that was taken already.
  func takeIn(_ taken: inout Set<Place>) -> Place? {
    var first: Place?
    let places =
      countries.map { Place.country($0) } + continents.map { .continent($0) }
      + systems.map { .system($0) }
    for place in places where !taken.insert(place).inserted { first = first ?? place }
    return first
  }

  /// As it lies in a rule: continents as bits, how many countries and systems there are, and these.
  var encoded: [UInt8] {
    var bits: UInt8 = 0
    for (index, continent) in Continent.allCases.enumerated() where continents.contains(continent) {
      bits |= 1 << UInt8(index)
    }
    var bytes = [bits]
    for count in [countries.count, systems.count] { bytes.appendUInt16(UInt16(count)) }
    for country in countries { bytes += [country.first, country.second] }
    for system in systems {
      for shift in [24, 16, 8, 0] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: system >> shift))
      }
    }
    return bytes
  }
}

// The places of a record as configuration: countries, continents and asns.

import ConfigurationTree
import Location
import Primitives

extension RecordPlaces {
  /// Takes them out of the `object` of a record; what is wrong is noted.
  static func decode(
    in object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) -> RecordPlaces {
    var (countries, continents, systems): ([CountryCode], [Continent], [UInt32]) = ([], [], [])
    decoder.list("countries", in: object, limit: NameServiceLimits.countriesPerRecord) {
      let remedy = "Give the two letters of a country, as DE."
      if let code = text($0, remedy, &$1, { CountryCode(Array($0.utf8).span) }) {
        countries.append(code)
      }
    }
    decoder.list("continents", in: object, limit: Continent.allCases.count) {
      let remedy =
        "Give one of \(Continent.allCases.map(\.rawValue).joined(separator: ", "))."
      if let continent = text($0, remedy, &$1, { Continent(rawValue: $0.uppercased()) }) {
        continents.append(continent)
      }
    }
    decoder.list("asns", in: object, limit: NameServiceLimits.systemsPerRecord) {
      guard case .integer(let number) = $0.content, let system = UInt32(exactly: number),
        system > 0
      else {
        return $1.report(
          "is no number of an autonomous system", "Give a number, as 64500.", at: $0.position)
      }
      systems.append(system)
    }
    return RecordPlaces(countries: countries, continents: continents, systems: systems)
  }

  private static func text<Value>(
    _ value: ConfigurationValue, _ remedy: String, _ decoder: inout ConfigurationDecoder,
    _ read: (String) -> Value?
  ) -> Value? {
    guard case .string(let text) = value.content, let found = read(text) else {
      decoder.report("is \(value.kind) that names no such place", remedy, at: value.position)
      return nil
    }
    return found
  }

  /// The members that `decode` takes; those that are empty are left out.
  var members: [(String, ConfigurationValue)] {
    var members: [(String, ConfigurationValue)] = []
    if !countries.isEmpty {
      members.append(("countries", .array(countries.map { .string($0.description) })))
    }
    if !continents.isEmpty {
      members.append(("continents", .array(continents.map { .string($0.rawValue) })))
    }
    if !systems.isEmpty {
      members.append(("asns", .array(systems.map { .integer(Int($0)) })))
    }
    return members
  }
}

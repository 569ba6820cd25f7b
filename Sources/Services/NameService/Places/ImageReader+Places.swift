// Record sets that are for clients in some places.

import DNS
import Location
import Primitives

/// Such a set stands in a rule: its type (2 bytes), its TTL (4), for whom it is (`RecordPlaces.encoded`),
/// and its contents.
extension ImageReader {
  /// A set that was chosen by its rule.
  struct PlacedSet {
    let type: RecordType
    let ttl: UInt32
    let contents: Range<Int>
  }

  /// Where things are in such a rule, behind its kind.
  private enum Place {
    static let type = 0
    static let ttl = 2
    static let continents = 6
    static let countryCount = 7
    static let systemCount = 9
    static let countries = 11
  }

  /// Whether the answer of `type` at `node` depends on where the client is.
  func hasPlaces(_ type: RecordType, of node: Int) -> Bool {
    var offset = firstRule(of: node)
    for _ in 0..<ruleCount(of: node) {
      if isPlaced(type, at: offset) { return true }
      offset = endOfRule(at: offset)
    }
    return false
  }

  private func isPlaced(_ type: RecordType, at rule: Int) -> Bool {
    bytes[rule + Rule.kind] == RuleKind.placed
      && self.type(ofPlaced: rule) == type
  }

  private func type(ofPlaced rule: Int) -> RecordType {
    RecordType(rawValue: bytes.uint16(at: rule + Rule.content + Place.type))
  }

  /// The set of `type` at `node` that is for a client at `location`: by its network rather than by its
  /// country, and by that rather than by its continent. Nil if it has what all others have.
  func placedSet(_ type: RecordType, of node: Int, at location: Location) -> PlacedSet? {
    var found: Int?
    var best = 0
    var offset = firstRule(of: node)
    for _ in 0..<ruleCount(of: node) {
      if isPlaced(type, at: offset) {
        let rank = rank(of: offset, at: location)
        if rank > best { (found, best) = (offset, rank) }
      }
      offset = endOfRule(at: offset)
    }
    return found.map { placedSet(at: $0) }
  }

  func placedSet(at rule: Int) -> PlacedSet {
    let start = rule + Rule.content
    return PlacedSet(
      type: type(ofPlaced: rule), ttl: bytes.uint32(at: start + Place.ttl),
      contents: startOfContents(rule)..<endOfRule(at: rule))
  }

  private func counts(_ rule: Int) -> (countries: Int, systems: Int) {
    let start = rule + Rule.content
    return (
      Int(bytes.uint16(at: start + Place.countryCount)),
      Int(bytes.uint16(at: start + Place.systemCount))
    )
  }

  private func startOfContents(_ rule: Int) -> Int {
    let counts = counts(rule)
    return rule + Rule.content + Place.countries + counts.countries * 2 + counts.systems * 4
  }

  /// Whether `value` is one of `count` numbers of 2 or 4 bytes at `start`, which ascend.
  private func has(_ value: UInt32, at start: Int, _ count: Int, bytes width: Int) -> Bool {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let place = start + middle * width
      let number = width == 4 ? bytes.uint32(at: place) : UInt32(bytes.uint16(at: place))
      if number == value { return true }
      if number < value { low = middle + 1 } else { high = middle }
    }
    return false
  }

  /// How exactly the places of a rule meet a location; 0 if they do not.
  private func rank(of rule: Int, at location: Location) -> Int {
    let counts = counts(rule)
    let countries = rule + Rule.content + Place.countries
    let systems = countries + counts.countries * 2
    if let system = location.autonomousSystem, has(system, at: systems, counts.systems, bytes: 4) {
      return 3
    }
    let country = UInt32(location.country.first) << 8 | UInt32(location.country.second)
    if has(country, at: countries, counts.countries, bytes: 2) { return 2 }
    guard let continent = location.continent else { return 0 }
    let bits = bytes[rule + Rule.content + Place.continents]
    return bits & (1 << UInt8(continent.index)) != 0 ? 1 : 0
  }

  /// The places of a rule, as they were given.
  func places(of rule: Int) -> RecordPlaces {
    let counts = counts(rule)
    let bits = bytes[rule + Rule.content + Place.continents]
    let countries = rule + Rule.content + Place.countries
    let systems = countries + counts.countries * 2
    var codes: [CountryCode] = []
    for index in 0..<counts.countries {
      let letters = bytes.extracting((countries + index * 2)..<(countries + index * 2 + 2))
      if let code = CountryCode(letters) { codes.append(code) }
    }
    return RecordPlaces(
      countries: codes,
      continents: Continent.allCases.filter { bits & (1 << UInt8($0.index)) != 0 },
      systems: (0..<counts.systems).map { bytes.uint32(at: systems + $0 * 4) })
  }

  /// Whether a rule of this kind, which ends within the image, is what it should be.
  func isSoundPlaced(_ rule: Int) -> Bool {
    let end = endOfRule(at: rule)
    guard rule + Rule.content + Place.countries <= end, startOfContents(rule) < end else {
      return false
    }
    let counts = counts(rule)
    let countries = rule + Rule.content + Place.countries
    for index in 0..<max(0, counts.countries - 1)
    where bytes.uint16(at: countries + index * 2) >= bytes.uint16(at: countries + index * 2 + 2) {
      return false
    }
    let systems = countries + counts.countries * 2
    for index in 0..<max(0, counts.systems - 1)
    where bytes.uint32(at: systems + index * 4) >= bytes.uint32(at: systems + index * 4 + 4) {
      return false
    }
    let set = placedSet(at: rule)
    return hasSoundContents(set.type, set.contents)
  }
}

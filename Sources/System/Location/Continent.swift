// Continents.

/// A continent, with the two letters by which databases name it.
package enum Continent: String, CaseIterable, Sendable {
  case africa = "AF"
  case antarctica = "AN"
  case asia = "AS"
  case europe = "EU"
  case northAmerica = "NA"
  case oceania = "OC"
  case southAmerica = "SA"

  /// Its place among all of them.
  package var index: Int {
    switch self {
    case .africa: 0
    case .antarctica: 1
    case .asia: 2
    case .europe: 3
    case .northAmerica: 4
    case .oceania: 5
    case .southAmerica: 6
    }
  }

  /// The continent of two letters; nil if `text` is anything else. Allocates nothing.
  init?(_ text: Span<UInt8>) {
    guard text.count == 2 else { return nil }
    switch (text[0], text[1]) {
    case (0x41, 0x46): self = .africa
    case (0x41, 0x4e): self = .antarctica
    case (0x41, 0x53): self = .asia
    case (0x45, 0x55): self = .europe
    case (0x4e, 0x41): self = .northAmerica
    case (0x4f, 0x43): self = .oceania
    case (0x53, 0x41): self = .southAmerica
    default: return nil
    }
  }
}

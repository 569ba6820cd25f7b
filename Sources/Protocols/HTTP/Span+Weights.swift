// Weights of what clients like.

import Primitives

extension Span where Element == UInt8 {
  /// What these bytes, the part of a list's member behind its name, say that it is worth
  /// (`OWS ";" OWS "q=" qvalue`, RFC 9110 section 12.4.2), in thousandths: 1,000 if they are none, 0 if
  /// they are malformed.
  package var weight: UInt16 {
    guard count > 0 else { return 1000 }
    let value = extracting(trimmed(1..<count))
    guard value.count >= 3, value.count <= 7, value[0] | 0x20 == 0x71, value[1] == 0x3d,
      value[2] == 0x30 || value[2] == 0x31
    else { return 0 }
    var weight = UInt16(value[2] - 0x30) * 1000
    guard value.count > 3 else { return weight }
    guard value[3] == 0x2e else { return 0 }
    var place: UInt16 = 100
    for index in 4..<value.count {
      guard value[index].isASCIIDigit else { return 0 }
      weight += UInt16(value[index] - 0x30) * place
      place /= 10
    }
    return weight <= 1000 ? weight : 0
  }
}

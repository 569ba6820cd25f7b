// The serial number of a zone.

package import DNS
import Primitives

extension ZoneImage {
  /// Where the SOA has its serial: the first of the five numbers that end the content.
  private var serialPlace: Int {
    let set = Int(bytes.span.littleEndian32(at: Header.soa)) + Set.length
    return set + 2 + (Int(bytes[set]) << 8 | Int(bytes[set + 1])) - 20
  }

  /// The serial number as it stands in the image.
  package var serial: SerialNumber { SerialNumber(bytes.span.uint32(at: serialPlace)) }

  /// Whether the serial number of a SOA that we made is the zone's: images of earlier versions have none.
  package var hasSettledSerial: Bool { !hasMadeSOA || bytes[Header.flags] & 2 != 0 }

  /// The image with this serial number.
  package func with(_ serial: SerialNumber) -> ZoneImage {
    var copy = bytes
    let place = serialPlace
    for index in 0..<4 {
      copy[place + index] = UInt8(truncatingIfNeeded: serial.value >> UInt32(24 - 8 * index))
    }
    if hasMadeSOA { copy[Header.flags] |= 2 }
    return ZoneImage(checked: copy)
  }

  /// Whether both have the same records but for the serial number.
  package func isSame(as other: ZoneImage) -> Bool {
    bytes.count == other.bytes.count
      && with(SerialNumber(0)).bytes == other.with(SerialNumber(0)).bytes
  }

  /// Whether putting it in the place of `old` changes the zone: its records, or its serial number to one
  /// that is given and later.
  package func changes(_ old: ZoneImage) -> Bool {
    !isSame(as: old) || !hasMadeSOA && serial.follows(old.serial)
  }

  /// The image with the serial number that comes after `old`, which it replaces; nil if there was none.
  /// A number that is given stays if it is later (RFC 1982). Where none is given it is `sequence` (of the
  /// change), or as much more as it takes.
  package func succeeding(_ old: SerialNumber?, sequence: UInt64) -> ZoneImage {
    let given = hasMadeSOA ? SerialNumber(UInt32(truncatingIfNeeded: sequence)) : serial
    let before = old ?? (hasMadeSOA && hasSettledSerial ? serial : nil)
    guard let before, !given.follows(before) else { return with(given) }
    return with(before.next)
  }

  /// The serial number of an image that was stored when `sequence` or less was the last change's number.
  package func serial(before sequence: UInt64) -> SerialNumber {
    hasSettledSerial ? serial : SerialNumber(UInt32(truncatingIfNeeded: sequence))
  }
}

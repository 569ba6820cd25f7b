// Keys of the store's tables.

package import Primitives

/// How identities and numbers are written as keys: big-endian, so that they sort as they count.
package enum ZoneKeys {
  static let sequence = Array("sequence".utf8)
  static let format = Array("format".utf8)
  static let identity = Array("identity".utf8)
  /// What the clocks said when the keys of all zones were looked through last.
  static let keyClock = Array("keyClock".utf8)
  static let purgeFloor = Array("purgeFloor".utf8)
  /// There once was a zone that is no more.
  static let hasRemoved = Array("hasRemoved".utf8)

  /// With which keys of zones begin that are no more, and whose purges are still there.
  static let removed = Array("removed ".utf8)

  static func removed(_ id: ZoneID) -> [UInt8] { removed + key(id) }

  /// With what keys of notes of the reserve begin.
  static let reserve = Array("reserve ".utf8)

  static func reserve(_ id: ZoneID) -> [UInt8] { reserve + key(id) }

  /// Where the last serial number of a name is that has no DNS any more.
  static func serial(_ name: String) -> [UInt8] { Array("serial ".utf8) + ApexKeys.key(name: name) }

  /// With what keys of the same begin in the order in which the names went: the change's number, and the name.
  static let lostSerial = Array("lostSerial ".utf8)

  static func lostSerial(_ sequence: UInt64, _ name: String) -> [UInt8] {
    lostSerial + key(sequence) + ApexKeys.key(name: name)
  }

  /// How many of these there are.
  static let lostSerialCount = Array("lostSerialCount".utf8)

  /// An identity as a key.
  package static func key(_ id: ZoneID) -> [UInt8] {
    var bytes = key(id.high)
    append(id.low, to: &bytes)
    return bytes
  }

  /// A number as a key.
  package static func key(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    append(number, to: &bytes)
    return bytes
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  /// The number at `offset`.
  package static func number(_ bytes: Span<UInt8>, at offset: Int = 0) -> UInt64 {
    var result: UInt64 = 0
    for index in offset..<min(offset + 8, bytes.count) {
      result = result << 8 | UInt64(bytes[index])
    }
    return result
  }

  /// The identity at `offset`; nil if there is none.
  package static func id(_ bytes: Span<UInt8>, at offset: Int = 0) -> ZoneID? {
    guard bytes.count >= offset + 16 else { return nil }
    return ZoneID(high: number(bytes, at: offset), low: number(bytes, at: offset + 8))
  }
}

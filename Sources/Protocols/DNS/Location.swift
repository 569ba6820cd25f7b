// Places on Earth (LOC, RFC 1876).

import Primitives

/// Reads and writes the content of LOC records: version 0, three sizes, latitude, longitude and
/// altitude.
enum Location {
  /// Thousandths of a second of arc from the equator or the prime meridian: their zero is 2^31.
  private static let zero: Int64 = 1 << 31
  /// The lowest altitude, in centimetres below the reference.
  private static let lowest: Int64 = 10_000_000

  /// Whether sixteen bytes are a place: of version 0, within the globe, with sizes of two digits.
  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count == 16, bytes[0] == 0 else { return false }
    for index in 1...3 where bytes[index] >> 4 > 9 || bytes[index] & 15 > 9 { return false }
    // One size has one form only: 0e1 and its like are not written by anybody, and not read back.
    for index in 1...3 where bytes[index] >> 4 == 0 && bytes[index] & 15 > 0 { return false }
    return abs(Int64(bytes.uint32(at: 4)) - zero) <= 90 * 3_600_000
      && abs(Int64(bytes.uint32(at: 8)) - zero) <= 180 * 3_600_000
  }

  /// Appends a valid content in presentation form, with all its parts.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    appendAngle(Int64(bytes.uint32(at: 4)) - zero, 0x4e, 0x53, to: &output)
    output.append(0x20)
    appendAngle(Int64(bytes.uint32(at: 8)) - zero, 0x45, 0x57, to: &output)
    output.append(0x20)
    appendMetres(Int64(bytes.uint32(at: 12)) - lowest, to: &output)
    for index in 1...3 {
      output.append(0x20)
      var centimetres = Int64(bytes[index] >> 4)
      for _ in 0..<(bytes[index] & 15) { centimetres *= 10 }
      appendMetres(centimetres, to: &output)
    }
  }

  private static func appendAngle(
    _ angle: Int64, _ positive: UInt8, _ negative: UInt8, to output: inout [UInt8]
  ) {
    let value = angle.magnitude
    output.appendDecimal(value / 3_600_000)
    output.append(0x20)
    output.appendDecimal(value / 60_000 % 60)
    output.append(0x20)
    output.appendDecimal(value / 1_000 % 60)
    output.append(0x2e)
    output.append(48 + UInt8(value / 100 % 10))
    output.append(48 + UInt8(value / 10 % 10))
    output.append(48 + UInt8(value % 10))
    output.append(0x20)
    output.append(angle < 0 ? negative : positive)
  }

  private static func appendMetres(_ centimetres: Int64, to output: inout [UInt8]) {
    if centimetres < 0 { output.append(0x2d) }
    output.appendDecimal(centimetres.magnitude / 100)
    output.append(0x2e)
    output.append(48 + UInt8(centimetres.magnitude / 10 % 10))
    output.append(48 + UInt8(centimetres.magnitude % 10))
    output.append(0x6d)
  }

  /// Appends the content that the words of a line stand for; false if they are no place.
  static func parse(_ words: [[UInt8]], to output: inout [UInt8]) -> Bool {
    var index = 0
    guard let latitude = angle(words, &index, 90, 0x4e, 0x53),
      let longitude = angle(words, &index, 180, 0x45, 0x57), index < words.count,
      let altitude = centimetres(words[index]), altitude >= -lowest,
      altitude + lowest <= Int64(UInt32.max), words.count - index <= 4
    else { return false }
    // RFC 1876 section 3: a size of 1 m, 10 km of horizontal and 10 m of vertical precision.
    var sizes: [UInt8] = [0x12, 0x16, 0x13]
    for place in (index + 1)..<words.count {
      guard let size = centimetres(words[place]), let byte = sizeByte(size) else { return false }
      sizes[place - index - 1] = byte
    }
    output.append(0)
    output += sizes
    output.appendUInt32(UInt32(zero + latitude))
    output.appendUInt32(UInt32(zero + longitude))
    output.appendUInt32(UInt32(altitude + lowest))
    return true
  }

  /// Degrees, and minutes and seconds if they are there, up to the letter of the direction.
  private static func angle(
    _ words: [[UInt8]], _ index: inout Int, _ limit: Int64, _ positive: UInt8, _ negative: UInt8
  ) -> Int64? {
    var (value, scale): (Int64, Int64) = (0, 3_600_000)
    for place in 0..<4 where index < words.count {
      let word = words[index]
      index += 1
      if place > 0, word.count == 1, word[0] & 0xdf == positive || word[0] & 0xdf == negative {
        guard value <= limit * 3_600_000 else { return nil }
        return word[0] & 0xdf == positive ? value : -value
      }
      guard place < 3, let part = fixed(word.span, decimals: place == 2 ? 3 : 0),
        part < (place == 0 ? limit + 1 : place == 1 ? 60 : 60_000)
      else { return nil }
      value += place == 2 ? part : part * scale
      scale /= 60
    }
    return nil
  }

  /// Metres with or without the letter, in centimetres.
  private static func centimetres(_ word: [UInt8]) -> Int64? {
    let text = word.last == 0x6d || word.last == 0x4d ? Array(word.dropLast()) : word
    guard text.first == 0x2d else { return fixed(text.span, decimals: 2) }
    return fixed(Array(text.dropFirst()).span, decimals: 2).map { -$0 }
  }

  /// One digit and a power of ten, rounded down.
  private static func sizeByte(_ centimetres: Int64) -> UInt8? {
    var (digit, power) = (centimetres, UInt8(0))
    while digit > 9 {
      digit /= 10
      power += 1
    }
    return digit >= 0 && power <= 9 ? UInt8(digit) << 4 | (digit == 0 ? 0 : power) : nil
  }

  /// A number with at most `decimals` digits behind its point, times ten to their power.
  private static func fixed(_ text: Span<UInt8>, decimals: Int) -> Int64? {
    var (value, behind, digits): (Int64, Int?, Int) = (0, nil, 0)
    for index in 0..<text.count {
      if text[index] == 0x2e, behind == nil, decimals > 0 {
        behind = 0
        continue
      }
      guard text[index].isASCIIDigit, behind ?? -1 < decimals, digits < 12 else { return nil }
      value = value * 10 + Int64(text[index] - 48)
      behind = behind.map { $0 + 1 }
      digits += 1
    }
    guard digits > 0 else { return nil }
    for _ in (behind ?? 0)..<decimals { value *= 10 }
    return value
  }
}

// Sets of record types as NSEC and NSEC3 have them (RFC 4034 section 4.1.2).

import Primitives

/// Reads and writes type bitmaps: windows of up to 32 bytes, in rising order and without empty ones.
package enum TypeBitmap {
  /// Whether the bytes are a bitmap in its one form.
  package static func isValid(_ bitmap: Span<UInt8>) -> Bool {
    var (index, last) = (0, -1)
    while index < bitmap.count {
      guard index + 2 <= bitmap.count else { return false }
      let (window, length) = (Int(bitmap[index]), Int(bitmap[index + 1]))
      guard window > last, length > 0, length <= 32, index + 2 + length <= bitmap.count,
        bitmap[index + 1 + length] != 0
      else { return false }
      last = window
      index += 2 + length
    }
    return true
  }

  /// Calls `body` with every type of a valid bitmap, in rising order.
  package static func forEach(in bitmap: Span<UInt8>, _ body: (RecordType) -> Void) {
    var index = 0
    while index + 2 <= bitmap.count {
      let (window, length) = (Int(bitmap[index]), Int(bitmap[index + 1]))
      for bit in 0..<(length * 8) {
        if bitmap[index + 2 + bit / 8] << UInt8(bit % 8) & 0x80 != 0 {
          body(RecordType(rawValue: UInt16(window * 256 + bit)))
        }
      }
      index += 2 + length
    }
  }

  /// Whether a valid bitmap has `type`.
  package static func contains(_ type: RecordType, in bitmap: Span<UInt8>) -> Bool {
    var found = false
    forEach(in: bitmap) { found = found || $0 == type }
    return found
  }

  /// Appends the bitmap of `types`, in whatever order and however often they come.
  package static func append(_ types: some Sequence<RecordType>, to output: inout [UInt8]) {
    let sorted = types.map(\.rawValue).sorted()
    var index = 0
    while index < sorted.count {
      let window = sorted[index] >> 8
      var bits = [UInt8](repeating: 0, count: 32)
      var length = 0
      while index < sorted.count, sorted[index] >> 8 == window {
        let bit = Int(sorted[index] & 255)
        bits[bit / 8] |= 0x80 >> UInt8(bit % 8)
        length = bit / 8 + 1
        index += 1
      }
      output.append(UInt8(window))
      output.append(UInt8(length))
      output += bits[..<length]
    }
  }
}

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
    let sorted = types.sorted { $0.rawValue < $1.rawValue }
    append(rising: sorted, isSigned: false, to: &output)
  }

  /// Appends the bitmap of `types`, which rise, and of RRSIG and NSEC if `isSigned`. Allocates nothing
  /// where `output` has room.
  static func append(
    rising types: some Sequence<RecordType>, isSigned: Bool, to output: inout [UInt8]
  ) {
    var window = Window(number: 0)
    if isSigned {
      window.insert(.rrsig)
      window.insert(.nsec)
    }
    for type in types {
      let number = UInt8(type.rawValue >> 8)
      if number != window.number {
        assert(number > window.number)
        window.append(to: &output)
        window = Window(number: number)
      }
      window.insert(type)
    }
    window.append(to: &output)
  }

  /// The types that have one upper byte.
  private struct Window {
    let number: UInt8
    private var bits = InlineArray<32, UInt8>(repeating: 0)
    private var length = 0

    init(number: UInt8) { self.number = number }

    mutating func insert(_ type: RecordType) {
      let bit = Int(type.rawValue & 255)
      var bytes = bits.mutableSpan
      bytes[bit / 8] |= 0x80 >> UInt8(bit % 8)
      length = max(length, bit / 8 + 1)
    }

    func append(to output: inout [UInt8]) {
      guard length > 0 else { return }
      output.append(number)
      output.append(UInt8(length))
      output.append(bits.span.extracting(0..<length))
    }
  }
}

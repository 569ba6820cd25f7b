// Fields in the form that nghttp2 takes.

import CNghttp2
import Primitives

/// A reusable array of nghttp2's name and value pointers, filled for one call at a time.
@safe struct NativeFields {
  private var pairs: [nghttp2_nv] = unsafe []
  private var digits: [UInt8] = [0x30, 0x30, 0x30]

  /// Calls `body` with the fields of `table` over `bytes`, after `:status` if there is one.
  ///
  /// nghttp2 copies them within the call and puts names in lower case.
  mutating func with(
    _ bytes: [UInt8], _ table: HTTP2FieldTable, status: Int?,
    _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
  ) -> Int32 {
    if let status { write(status) }
    // Safe: all pointers are used within the two closures only, and each range is checked
    // against the array.
    return unsafe digits.withUnsafeMutableBufferPointer { digits in
      unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe pairs.removeAll(keepingCapacity: true)
        if status != nil {
          unsafe pairs.append(Self.pair(":status", digits.baseAddress, digits.count, 0))
        }
        let start = unsafe UnsafeMutablePointer(mutating: buffer.baseAddress)
        for index in table.entries.indices {
          let entry = table.entries[index]
          precondition(entry.value.upperBound <= buffer.count)
          precondition(entry.name.upperBound <= buffer.count)
          unsafe pairs.append(Self.pair(entry, start))
        }
        return unsafe pairs.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
      }
    }
  }

  private mutating func write(_ status: Int) {
    digits[0] = UInt8(truncatingIfNeeded: 48 + status / 100 % 10)
    digits[1] = UInt8(truncatingIfNeeded: 48 + status / 10 % 10)
    digits[2] = UInt8(truncatingIfNeeded: 48 + status % 10)
  }

  private static func pair(
    _ entry: HTTP2FieldTable.Entry, _ start: UnsafeMutablePointer<UInt8>?
  ) -> nghttp2_nv {
    let value = unsafe start.map { unsafe $0 + entry.value.lowerBound }
    if let pseudo = entry.pseudo {
      return unsafe pair(name(of: pseudo), value, entry.value.count, 0)
    }
    let flags = entry.isSensitive ? NGHTTP2_NV_FLAG_NO_INDEX.rawValue : 0
    return unsafe nghttp2_nv(
      name: start.map { unsafe $0 + entry.name.lowerBound }, value: value,
      namelen: entry.name.count, valuelen: entry.value.count, flags: UInt8(flags))
  }

  private static func pair(
    _ name: StaticString, _ value: UnsafeMutablePointer<UInt8>?, _ valueCount: Int,
    _ flags: UInt8
  ) -> nghttp2_nv {
    // Safe: a static string is a constant of the binary, and nghttp2 only reads it.
    unsafe nghttp2_nv(
      name: UnsafeMutablePointer(mutating: name.utf8Start), value: value,
      namelen: name.utf8CodeUnitCount, valuelen: valueCount, flags: flags)
  }

  private static func name(of pseudo: HTTP2FieldTable.PseudoField) -> StaticString {
    switch pseudo {
    case .method: ":method"
    case .scheme: ":scheme"
    case .authority: ":authority"
    case .path: ":path"
    case .protocol: ":protocol"
    }
  }
}

// A bare item of a structured field.

/// A bare item (RFC 9651 section 3.3).
package enum StructuredValue: Equatable, Sendable {
  /// At most 15 digits.
  case integer(Int64)
  /// In thousandths; at most 12 digits before the point.
  case decimal(thousandths: Int64)
  /// ASCII.
  case string([UInt8])
  case token([UInt8])
  case byteSequence([UInt8])
  case boolean(Bool)
  /// Seconds since 1970.
  case date(Int64)
  /// UTF-8.
  case displayString([UInt8])
}

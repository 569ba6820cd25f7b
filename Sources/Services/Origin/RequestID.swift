// The identity of an exchange as text.

import Primitives

/// How an exchange's identity is written in X-Request-ID, logs and error pages.
package enum RequestID {
  /// Appends 16 hexadecimal digits.
  package static func append(_ id: UInt64, to output: inout [UInt8]) {
    output.append(digits(of: id).span)
  }

  /// The same digits.
  static func digits(of id: UInt64) -> InlineArray<16, UInt8> {
    InlineArray { index in
      let digit = UInt8(truncatingIfNeeded: id >> UInt64(60 &- 4 &* index) & 15)
      return digit < 10 ? 48 &+ digit : 87 &+ digit
    }
  }
}

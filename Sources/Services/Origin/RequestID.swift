// The identity of an exchange as text.

import Primitives

/// How an exchange's identity is written in X-Request-ID, logs and error pages.
package enum RequestID {
  /// Appends 16 hexadecimal digits.
  package static func append(_ id: UInt64, to output: inout [UInt8]) {
    var digits = InlineArray<16, UInt8>(repeating: 0)
    for index in 0..<16 {
      let digit = UInt8(truncatingIfNeeded: id >> UInt64(60 - 4 * index) & 15)
      digits[index] = digit < 10 ? 48 + digit : 87 + digit
    }
    output.append(digits.span)
  }
}

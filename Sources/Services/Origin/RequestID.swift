// The identity of an exchange as text.

/// How an exchange's identity is written in X-Request-ID, logs and error pages.
package enum RequestID {
  /// Appends 16 hexadecimal digits.
  package static func append(_ id: UInt64, to output: inout [UInt8]) {
    for shift in stride(from: UInt64(60), through: 0, by: -4) {
      let digit = UInt8(truncatingIfNeeded: id >> shift & 15)
      output.append(digit < 10 ? 48 + digit : 87 + digit)
    }
  }
}

// Percent-encoding as AWS signs it.

import Primitives

/// RFC 3986 section 2.1, with upper-case digits, of all but unreserved bytes.
enum PercentEncoding {
  /// Appends `bytes` encoded; slashes stay if `keepsSlashes`.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8], keepsSlashes: Bool) {
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if isUnreserved(byte) || keepsSlashes && byte == 0x2f {
        output.append(byte)
      } else {
        output.append(0x25)
        output.append(digit(byte >> 4))
        output.append(digit(byte & 15))
      }
    }
  }

  /// `text` encoded, slashes too.
  static func of(_ text: String) -> [UInt8] {
    var output: [UInt8] = []
    append(Array(text.utf8).span, to: &output, keepsSlashes: false)
    return output
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    let letter = byte | 0x20
    return letter >= 0x61 && letter <= 0x7a || byte.isASCIIDigit || byte == 0x2d || byte == 0x2e
      || byte == 0x5f || byte == 0x7e
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}

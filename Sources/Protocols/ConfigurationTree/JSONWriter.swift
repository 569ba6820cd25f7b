// A tree to JSON (RFC 8259).

import Primitives

/// Writes trees as JSON, in one line or indented by two spaces.
package enum JSONWriter {
  /// The JSON text of `value`; indented ones end with a newline.
  package static func write(_ value: ConfigurationValue, indented: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    append(value, to: &output, indent: indented ? 0 : nil)
    if indented { output.append(10) }
    return output
  }

  private static func append(
    _ value: ConfigurationValue, to output: inout [UInt8], indent: Int?
  ) {
    switch value.content {
    case .null: output.append("null")
    case .bool(let bool): output.append(contentsOf: (bool ? "true" : "false").utf8)
    case .integer(let number): output.append(contentsOf: String(number).utf8)
    // JSON has no word for what is not finite.
    case .double(let number):
      output.append(contentsOf: (number.isFinite ? "\(number)" : "null").utf8)
    case .string(let text): append(text, to: &output)
    case .array(let elements):
      enclose("[", "]", elements, to: &output, indent: indent) { element, output, indent in
        append(element, to: &output, indent: indent)
      }
    case .object(let members):
      enclose("{", "}", members, to: &output, indent: indent) { member, output, indent in
        append(member.key, to: &output)
        output.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
        append(member.value, to: &output, indent: indent)
      }
    }
  }

  private static func enclose<Element>(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ elements: [Element],
    to output: inout [UInt8], indent: Int?, _ body: (Element, inout [UInt8], Int?) -> Void
  ) {
    output.append(UInt8(ascii: opening))
    let inner = indent.map { $0 + 2 }
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      startLine(inner, &output)
      body(element, &output, inner)
    }
    if !elements.isEmpty { startLine(indent, &output) }
    output.append(UInt8(ascii: closing))
  }

  private static func startLine(_ indent: Int?, _ output: inout [UInt8]) {
    guard let indent else { return }
    output.append(10)
    output.append(contentsOf: repeatElement(32, count: indent))
  }

  private static func append(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output.append(contentsOf: #"\""#.utf8)
      case UInt8(ascii: "\\"): output.append(contentsOf: #"\\"#.utf8)
      case 10: output.append(contentsOf: #"\n"#.utf8)
      case 0..<32, 127:
        output.append(contentsOf: #"\u00"#.utf8)
        if byte < 16 { output.append(48) }
        output.appendHexadecimal(UInt64(byte))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

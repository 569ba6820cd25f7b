// JSON to a tree (RFC 8259), strictly.

/// Reads one JSON text. Stricter than the RFC demands: duplicate keys, broken UTF-8, single
/// surrogates, a byte order mark and numbers beyond 64 bits are refused.
package struct JSONParser {
  private let text: [UInt8]
  /// Whether keys that are there twice are left to who takes the tree.
  private let keepsRepeats: Bool
  private var hasRepeats = false
  private var next = 0
  private var line = 1
  private var lineStart = 0

  /// The value of `text`, which must hold one and nothing else.
  package static func parse(
    _ text: [UInt8], maximumBytes: Int = ConfigurationLimits.textBytes
  ) throws(JSONError) -> ConfigurationValue {
    var parser = JSONParser(text, keepsRepeats: false)
    return try parser.whole(maximumBytes)
  }

  /// As `parse`, but the first value of a key that is there twice stays, and the others are noted, so that
  /// every other fault can be told with them.
  package static func parse(
    _ text: [UInt8], maximumBytes: Int = ConfigurationLimits.textBytes,
    _ decoder: inout ConfigurationDecoder
  ) throws(JSONError) -> ConfigurationValue {
    var parser = JSONParser(text, keepsRepeats: true)
    let value = try parser.whole(maximumBytes)
    return parser.hasRepeats ? value.withoutRepeats(&decoder) : value
  }

  private init(_ text: [UInt8], keepsRepeats: Bool) {
    self.text = text
    self.keepsRepeats = keepsRepeats
  }

  private mutating func whole(_ maximumBytes: Int) throws(JSONError) -> ConfigurationValue {
    guard text.count <= maximumBytes else {
      throw error("The text has \(text.count) bytes, and at most \(maximumBytes) are read")
    }
    skipWhitespace()
    let value = try value(depth: 0)
    skipWhitespace()
    guard next == text.count else { throw error("There is something after the end of the value") }
    return value
  }

  // MARK: - Values

  private mutating func value(depth: Int) throws(JSONError) -> ConfigurationValue {
    let position = position
    guard let first = peek else { throw error("The text ends where a value should be") }
    switch first {
    case UInt8(ascii: "{"): return ConfigurationValue(try object(depth: depth), at: position)
    case UInt8(ascii: "["): return ConfigurationValue(try array(depth: depth), at: position)
    case UInt8(ascii: "\""): return ConfigurationValue(.string(try string()), at: position)
    case UInt8(ascii: "t"): return try literal("true", .bool(true), position)
    case UInt8(ascii: "f"): return try literal("false", .bool(false), position)
    case UInt8(ascii: "n"): return try literal("null", .null, position)
    case UInt8(ascii: "-"), 48...57: return ConfigurationValue(try number(), at: position)
    case 0xEF: throw error("The text begins with a byte order mark; save it without")
    default: throw error("Here should be a value")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> ConfigurationValue.Content {
    try checkDepth(depth)
    next += 1
    var members: [ConfigurationMember] = []
    // A list is faster for few keys; a set keeps many from costing their square.
    var seen: Set<String> = []
    skipWhitespace()
    if take("}") { return .object(members) }
    while true {
      let start = (next, line, lineStart)
      guard peek == UInt8(ascii: "\"") else { throw error("Here should be a key in quotes") }
      let key = try string()
      let isKnown =
        members.count < 16
        ? members.contains { $0.key == key } : seen.contains(key)
      if isKnown && !keepsRepeats {
        (next, line, lineStart) = start
        throw error("The key \"\(key)\" is there twice")
      }
      hasRepeats = hasRepeats || isKnown
      skipWhitespace()
      guard take(":") else { throw error("Here should be a colon") }
      skipWhitespace()
      members.append(ConfigurationMember(key, try value(depth: depth + 1)))
      if members.count == 16 {
        seen = Set(members.map(\.key))
      } else if members.count > 16 {
        seen.insert(key)
      }
      skipWhitespace()
      if take("}") { return .object(members) }
      guard take(",") else { throw error("Here should be a comma or a closing brace") }
      skipWhitespace()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> ConfigurationValue.Content {
    try checkDepth(depth)
    next += 1
    var elements: [ConfigurationValue] = []
    skipWhitespace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipWhitespace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw error("Here should be a comma or a closing bracket") }
      skipWhitespace()
    }
  }

  private func checkDepth(_ depth: Int) throws(JSONError) {
    guard depth < ConfigurationLimits.depth else {
      throw error("Lists and objects are nested more than \(ConfigurationLimits.depth) deep")
    }
  }

  private mutating func literal(
    _ word: StaticString, _ content: ConfigurationValue.Content, _ position: SourcePosition
  ) throws(JSONError) -> ConfigurationValue {
    for byte in word.description.utf8 {
      guard peek == byte else { throw error("Here should be \(word)") }
      next += 1
    }
    return ConfigurationValue(content, at: position)
  }

  /// RFC 8259 section 6.
  private mutating func number() throws(JSONError) -> ConfigurationValue.Content {
    let start = next
    var isWhole = true
    _ = take("-")
    if !take("0") { try digits() }
    if let byte = peek, byte >= 48, byte <= 57 {
      throw error("A number must not begin with a zero")
    }
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let spelling = String(decoding: text[start..<next], as: UTF8.self)
    if isWhole {
      guard let number = Int64(spelling) else {
        throw error("The number \(spelling) is beyond 64 bits")
      }
      return .integer(number)
    }
    guard let number = Double(spelling), number.isFinite else {
      throw error("The number \(spelling) is too large")
    }
    return .double(number)
  }

  private mutating func digits() throws(JSONError) {
    let start = next
    while let byte = peek, byte >= 48, byte <= 57 { next += 1 }
    guard next > start else { throw error("Here should be a digit") }
  }

  // MARK: - Strings

  /// RFC 8259 section 7.
  private mutating func string() throws(JSONError) -> String {
    next += 1
    let start = next
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      next += 1
    }
    // Most texts have no escape, and are taken in one piece.
    if peek == UInt8(ascii: "\"") {
      next += 1
      return try validated(text[start..<next - 1], from: start)
    }
    var bytes = Array(text[start..<next])
    while true {
      guard let byte = peek else { throw error("The text ends within a string") }
      switch byte {
      case UInt8(ascii: "\""):
        next += 1
        return try validated(bytes[...], from: start)
      case UInt8(ascii: "\\"):
        next += 1
        try escape(into: &bytes)
      case 0..<0x20:
        throw error("A control character in a string must be written as an escape")
      default:
        bytes.append(byte)
        next += 1
      }
    }
  }

  private func validated(
    _ bytes: ArraySlice<UInt8>, from start: Int
  ) throws(JSONError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSONError(
        position: position(at: start), problem: "The string that begins here is not UTF-8")
    }
    return text
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
    guard let byte = peek else { throw error("The text ends within a string") }
    next += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "t"): bytes.append(9)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "u"): bytes.append(contentsOf: try scalar().utf8)
    default:
      next -= 1
      throw error("This escape is unknown")
    }
  }

  /// The character of `\u` and four digits, or of two of them that are a surrogate pair.
  private mutating func scalar() throws(JSONError) -> Character {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return Character(scalar) }
    guard first < 0xDC00, take("\\"), take("u") else {
      throw error("Half of a surrogate pair stands alone")
    }
    let second = try hexadecimal()
    guard second >= 0xDC00, second < 0xE000,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("Half of a surrogate pair stands alone") }
    return Character(scalar)
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 128
      else { throw error("Here should be a hexadecimal digit") }
      result = result << 4 | UInt32(digit)
      next += 1
    }
    return result
  }

  // MARK: - Reading

  private var peek: UInt8? { next < text.count ? text[next] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  private mutating func skipWhitespace() {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0D: break
      case 0x0A:
        line += 1
        lineStart = next + 1
      default: return
      }
      next += 1
    }
  }

  private var position: SourcePosition { position(at: next) }

  // No value spans lines but lists and objects, so that the line is that of `next`.
  private func position(at offset: Int) -> SourcePosition {
    SourcePosition(line: line, column: offset - lineStart + 1)
  }

  private func error(_ problem: String) -> JSONError {
    JSONError(position: position, problem: problem)
  }
}

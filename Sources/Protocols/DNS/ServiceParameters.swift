// Parameters of SVCB and HTTPS records (RFC 9460).

import Primitives

/// Checks, reads and writes service parameters: keys in rising order, each once, with a value.
enum ServiceParameters {
  static let mandatory: UInt16 = 0, alpn: UInt16 = 1, noDefaultALPN: UInt16 = 2, port: UInt16 = 3
  static let ipv4hint: UInt16 = 4, ech: UInt16 = 5, ipv6hint: UInt16 = 6, dohpath: UInt16 = 7
  static let ohttp: UInt16 = 8

  /// The keys that have a name, by number (the IANA registry of Service Parameter Keys).
  private static let names: [StaticString] = [
    "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath",
    "ohttp",
  ]

  /// Whether the bytes are parameters whose values have the form that their keys want.
  static func isValid(_ bytes: Span<UInt8>) -> Bool {
    var (index, last) = (0, -1)
    while index < bytes.count {
      guard index + 4 <= bytes.count else { return false }
      let key = bytes.uint16(at: index)
      let end = index + 4 + Int(bytes.uint16(at: index + 2))
      guard Int(key) > last, key != .max, end <= bytes.count,
        isValid(key, bytes.extracting((index + 4)..<end)),
        // RFC 9460 section 7.1.1: only beside alpn, whose key is the one before.
        key != noDefaultALPN || last == Int(alpn)
      else { return false }
      // What is mandatory comes behind the list of it, since its key is the lowest.
      if key == mandatory, !holds(bytes.extracting(end..<bytes.count), allOf: bytes, index + 4, end)
      {
        return false
      }
      last = Int(key)
      index = end
    }
    return true
  }

  private static func isValid(_ key: UInt16, _ value: Span<UInt8>) -> Bool {
    switch key {
    case mandatory:
      guard value.count > 0, value.count % 2 == 0 else { return false }
      var last: UInt16 = 0
      for index in stride(from: 0, to: value.count, by: 2) {
        guard value.uint16(at: index) > last else { return false }
        last = value.uint16(at: index)
      }
      return true
    case alpn:
      var index = 0
      while index < value.count, value[index] > 0 { index += 1 + Int(value[index]) }
      return index == value.count && index > 0
    case noDefaultALPN, ohttp: return value.count == 0
    case port: return value.count == 2
    case ipv4hint: return value.count > 0 && value.count % 4 == 0
    case ipv6hint: return value.count > 0 && value.count % 16 == 0
    case ech, dohpath: return value.count > 0
    default: return true
    }
  }

  /// Whether every key in `list` from `start` to `end` has a parameter in `parameters`.
  private static func holds(
    _ parameters: Span<UInt8>, allOf list: Span<UInt8>, _ start: Int, _ end: Int
  ) -> Bool {
    var (index, wanted) = (0, start)
    while wanted < end {
      guard index + 4 <= parameters.count else { return false }
      if parameters.uint16(at: index) == list.uint16(at: wanted) { wanted += 2 }
      index += 4 + Int(parameters.uint16(at: index + 2))
    }
    return true
  }

  /// The key that a text names: its name, or `key123` (RFC 9460 section 2.1).
  static func key(_ text: Span<UInt8>) -> UInt16? {
    for (number, name) in names.enumerated() where text.equals(name) { return UInt16(number) }
    guard text.count > 3, text.extracting(0..<3).equals("key") else { return nil }
    let digits = text.extracting(3..<text.count)
    guard digits.count == 1 || digits[0] != 48 else { return nil }
    return digits.decimal(below: 65_535).map { UInt16($0) }
  }

  static func appendKey(_ key: UInt16, to output: inout [UInt8]) {
    if Int(key) < names.count { return output.append(names[Int(key)]) }
    output.append("key")
    output.appendDecimal(UInt64(key))
  }

  /// Appends valid parameters in presentation form, each behind a space.
  static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
    var index = 0
    while index < bytes.count {
      let key = bytes.uint16(at: index)
      let end = index + 4 + Int(bytes.uint16(at: index + 2))
      output.append(0x20)
      appendKey(key, to: &output)
      let value = bytes.extracting((index + 4)..<end)
      if value.count > 0 {
        output.append(0x3d)
        append(key, value, to: &output)
      }
      index = end
    }
  }

  private static func append(_ key: UInt16, _ value: Span<UInt8>, to output: inout [UInt8]) {
    switch key {
    case mandatory: appendList(value, 2, to: &output) { appendKey($0.uint16(at: 0), to: &$1) }
    case alpn: appendProtocols(value, to: &output)
    case port: output.appendDecimal(UInt64(value.uint16(at: 0)))
    case ipv4hint: appendList(value, 4, to: &output) { $1.appendIPv4($0) }
    case ipv6hint: appendList(value, 16, to: &output) { $1.appendIPv6($0) }
    case ech: output.appendBase64(value)
    default: output.appendQuoted(value)
    }
  }

  private static func appendList(
    _ value: Span<UInt8>, _ size: Int, to output: inout [UInt8],
    _ one: (Span<UInt8>, inout [UInt8]) -> Void
  ) {
    for index in stride(from: 0, to: value.count, by: size) {
      if index > 0 { output.append(0x2c) }
      one(value.extracting(index..<(index + size)), &output)
    }
  }

  /// A list of protocols in quotes: a comma or backslash within one is escaped, and then the whole is
  /// escaped as a character-string (RFC 9460 appendix A.1).
  private static func appendProtocols(_ value: Span<UInt8>, to output: inout [UInt8]) {
    var list: [UInt8] = []
    var index = 0
    while index < value.count {
      if index > 0 { list.append(0x2c) }
      let end = index + 1 + Int(value[index])
      for place in (index + 1)..<end {
        if value[place] == 0x2c || value[place] == 0x5c { list.append(0x5c) }
        list.append(value[place])
      }
      index = end
    }
    output.appendQuoted(list.span)
  }

  /// The value's bytes of a parameter whose text, with its escapes resolved, is `text`; nil if it has
  /// not the form that its key wants.
  static func value(of key: UInt16, _ text: Span<UInt8>) -> [UInt8]? {
    var value: [UInt8] = []
    switch key {
    case mandatory:
      var keys: [UInt16] = []
      guard eachItem(of: text, { item in self.key(item).map { keys.append($0) } != nil }) else {
        return nil
      }
      for key in keys.sorted() { value.appendUInt16(key) }
    case alpn:
      guard
        eachItem(
          of: text,
          { item in
            guard item.count > 0, item.count < 256 else { return false }
            value.append(UInt8(item.count))
            value.append(item)
            return true
          })
      else { return nil }
    case port:
      guard let port = text.decimal(below: 65_536) else { return nil }
      value.appendUInt16(UInt16(port))
    case ipv4hint: guard eachItem(of: text, { $0.decodeIPv4(to: &value) }) else { return nil }
    case ipv6hint: guard eachItem(of: text, { $0.decodeIPv6(to: &value) }) else { return nil }
    case ech: guard text.decodeBase64(to: &value) else { return nil }
    default: value.append(text)
    }
    return value.count < 65_536 && isValid(key, value.span) ? value : nil
  }

  /// Calls `body` with the items of a list, which commas part and backslashes escape, until it says
  /// false.
  private static func eachItem(of text: Span<UInt8>, _ body: (Span<UInt8>) -> Bool) -> Bool {
    var (item, index): ([UInt8], Int) = ([], 0)
    while index < text.count {
      if text[index] == 0x2c {
        guard body(item.span) else { return false }
        item = []
      } else {
        if text[index] == 0x5c {
          index += 1
          guard index < text.count else { return false }
        }
        item.append(text[index])
      }
      index += 1
    }
    return body(item.span)
  }
}

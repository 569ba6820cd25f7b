// Names as people write them (RFC 1035 section 5.1, RFC 4343 section 2.1).

import Primitives

extension DomainName {
  /// Reads a name in presentation form. Without a dot at its end it is relative to `origin`; without
  /// an origin that throws. `@` is not looked at here. `\.` and `\065` stand for a byte.
  package init(presentation text: Span<UInt8>, origin: DomainName?) throws(DNSError) {
    if text.count == 1, text[0] == 0x2e {
      self = .root
      return
    }
    guard text.count > 0 else { throw .emptyLabel }
    var wire: [UInt8] = [0]
    var labelStart = 0
    var index = 0
    while index < text.count {
      if text[index] == 0x2e {
        index += 1
        try Self.endLabel(&wire, labelStart)
        labelStart = wire.count
        wire.append(0)
      } else {
        wire.append(try text.unescapedByte(at: &index))
        guard wire.count <= DNSLimits.nameBytes else { throw .nameTooLong }
      }
    }
    if labelStart == wire.count - 1 {
      // The text ended with a dot, and its root is there already.
      try self.init(wire: wire.span)
      return
    }
    try Self.endLabel(&wire, labelStart)
    guard let origin else { throw .relativeNameWithoutOrigin }
    wire += origin.bytes
    guard wire.count <= DNSLimits.nameBytes else { throw .nameTooLong }
    try self.init(wire: wire.span)
  }

  /// Off the hot path: a name in presentation form; a dot at the end makes no difference.
  package init(_ text: String) throws(DNSError) {
    try self.init(presentation: Array(text.utf8).span, origin: .root)
  }

  private static func endLabel(_ wire: inout [UInt8], _ start: Int) throws(DNSError) {
    let length = wire.count - start - 1
    guard length > 0 else { throw .emptyLabel }
    guard length <= DNSLimits.labelBytes else { throw .labelTooLong }
    wire[start] = UInt8(length)
  }

  /// Appends the name with a dot at its end. What means something in zone files is written with a
  /// backslash, what is not visible ASCII as `\DDD`.
  package func append(to output: inout [UInt8]) { output.appendName(bytes.span) }

  /// Appends the name relative to `origin`: `@` for itself, without dot below it, else in full.
  package func append(relativeTo origin: DomainName, to output: inout [UInt8]) {
    guard isWithin(origin), !origin.isRoot else { return append(to: &output) }
    let labels = labelCount - origin.labelCount
    guard labels > 0 else { return output.append(0x40) }
    output.appendLabels(bytes.span, labels)
    output.removeLast()
  }
}

extension DomainName: CustomStringConvertible {
  @usableFromInline package var description: String {
    var text: [UInt8] = []
    append(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Array where Element == UInt8 {
  /// Appends a name in wire form as text with a dot at its end.
  package mutating func appendName(_ name: Span<UInt8>) {
    if name.count <= 1 { return append(0x2e) }
    appendLabels(name, .max)
  }

  /// Appends the first labels of a name, each with a dot behind it.
  mutating func appendLabels(_ name: Span<UInt8>, _ labels: Int) {
    var (index, left) = (0, labels)
    while index < name.count, name[index] > 0, left > 0 {
      let end = index + 1 + Int(name[index])
      for place in (index + 1)..<end { appendEscaped(name[place]) }
      append(0x2e)
      index = end
      left -= 1
    }
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x24, 0x28, 0x29, 0x2e, 0x3b, 0x40, 0x5c:
      append(0x5c)
      append(byte)
    case 0x21...0x7e: append(byte)
    default: appendDecimalEscape(byte)
    }
  }

  /// Appends `\DDD`.
  mutating func appendDecimalEscape(_ byte: UInt8) {
    append(0x5c)
    append(48 + byte / 100)
    append(48 + byte / 10 % 10)
    append(48 + byte % 10)
  }
}

extension Span where Element == UInt8 {
  /// The byte that the text at `index` stands for: itself, or what an escape says (RFC 1035 section
  /// 5.1). Moves `index` behind it.
  func unescapedByte(at index: inout Int) throws(DNSError) -> UInt8 {
    let byte = self[index]
    index += 1
    guard byte == 0x5c else { return byte }
    guard index < count else { throw .invalidEscape }
    let next = self[index]
    index += 1
    guard next.isASCIIDigit else { return next }
    guard index + 2 <= count,
      let value = extracting((index - 1)..<(index + 2)).decimal(below: 256)
    else { throw .invalidEscape }
    index += 2
    return UInt8(value)
  }
}

// Purges on their way to all servers.

/// Purges, as texts, with the number that tells them from others under way: `17 {"zone":"example.org",...}` in a
/// message, one a line.
package struct NumberedPurge: Sendable, Equatable {
  package let number: UInt64
  package let texts: [[UInt8]]

  /// The purges of that number, whose texts have no line's end.
  package init(number: UInt64, texts: [[UInt8]]) {
    self.number = number
    self.texts = texts
  }

  /// The purges in a message; nil if they have no number, or are too many.
  package init?(_ content: [UInt8]) {
    let digits = content.prefix(TierLimits.purgeNumberDigits + 1).prefix { $0 != 0x20 }
    guard let number = Self.number(digits) else { return nil }
    let texts = content.dropFirst(digits.count + 1).split(separator: 0x0a)
    guard texts.count <= TierLimits.purgesPerMessage else { return nil }
    self.init(number: number, texts: texts.map { Array($0) })
  }

  /// A number alone; nil if it is none.
  static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    guard (1...TierLimits.purgeNumberDigits).contains(digits.count),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
  }

  /// The content of a message.
  package var content: [UInt8] {
    Array("\(number) ".utf8) + texts.joined(separator: [0x0a])
  }

  /// Texts in parts that are messages.
  static func parts(_ texts: [[UInt8]]) -> [[[UInt8]]] {
    var parts: [[[UInt8]]] = []
    var bytes = 0
    for text in texts {
      bytes += text.count + 1
      if parts.isEmpty || parts[parts.count - 1].count == TierLimits.purgesPerMessage
        || bytes > TierLimits.messageBytes / 2
      {
        parts.append([])
        bytes = text.count + 1
      }
      parts[parts.count - 1].append(text)
    }
    return parts
  }
}

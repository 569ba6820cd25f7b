// Lifetimes of responses of some statuses.

/// How long responses of some statuses live, whatever they say: negative caching above all.
package struct StatusLifetime: Equatable, Sendable {
  package var statuses: ClosedRange<Int>

  /// Seconds of freshness here, zero to store none; nil changes nothing.
  package var edgeSeconds: Int?

  /// Seconds that browsers may keep them; nil changes nothing.
  package var browserSeconds: Int?

  package init(
    statuses: ClosedRange<Int>, edgeSeconds: Int? = nil, browserSeconds: Int? = nil
  ) {
    self.statuses = statuses
    self.edgeSeconds = edgeSeconds
    self.browserSeconds = browserSeconds
  }

  /// The statuses that `text` names: `404`, `4xx` or `500-504`; nil if it names none.
  package static func statuses(_ text: String) -> ClosedRange<Int>? {
    let bytes = Array(text.utf8)
    func number(_ digits: ArraySlice<UInt8>) -> Int? {
      guard digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      let value = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
      return (200...599).contains(value) ? value : nil
    }
    if bytes.count == 7, bytes[3] == 0x2d, let first = number(bytes[..<3]),
      let last = number(bytes[4...]), first <= last
    {
      return first...last
    }
    if bytes.count == 3, bytes[1] == 0x78, bytes[2] == 0x78, (0x32...0x35).contains(bytes[0]) {
      let first = (Int(bytes[0]) - 0x30) * 100
      return first...first + 99
    }
    return number(bytes[...]).map { $0...$0 }
  }

  /// The statuses as `statuses(_:)` reads them.
  package var statusText: String {
    let (first, last) = (statuses.lowerBound, statuses.upperBound)
    if first == last { return "\(first)" }
    return first % 100 == 0 && last == first + 99 ? "\(first / 100)xx" : "\(first)-\(last)"
  }
}

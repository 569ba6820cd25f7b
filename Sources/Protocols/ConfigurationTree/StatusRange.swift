// Statuses as people write them.

/// Statuses of responses that a setting is for: `404`, `4xx` or `500-504`.
package struct StatusRange: Equatable, Sendable {
  package var statuses: ClosedRange<Int>

  package init(_ statuses: ClosedRange<Int>) { self.statuses = statuses }

  /// The statuses from 200 to 599 that `text` names; nil if it names none.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    func number(_ digits: ArraySlice<UInt8>) -> Int? {
      guard digits.count == 3, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
      let value = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
      return (200...599).contains(value) ? value : nil
    }
    if bytes.count == 7, bytes[3] == 0x2d, let first = number(bytes[..<3]),
      let last = number(bytes[4...]), first <= last
    {
      statuses = first...last
    } else if bytes.count == 3, bytes[1] == 0x78, bytes[2] == 0x78,
      (0x32...0x35).contains(bytes[0])
    {
      let first = (Int(bytes[0]) - 0x30) * 100
      statuses = first...first + 99
    } else if let status = number(bytes[...]) {
      statuses = status...status
    } else {
      return nil
    }
  }

  /// The statuses as `init(_:)` reads them.
  package var text: String {
    let (first, last) = (statuses.lowerBound, statuses.upperBound)
    if first == last { return "\(first)" }
    return first % 100 == 0 && last == first + 99 ? "\(first / 100)xx" : "\(first)-\(last)"
  }
}

extension ConfigurationDecoder {
  /// The member `key`: statuses, as a text or a number.
  package mutating func statuses(_ key: String, in object: ConfigurationObject) -> StatusRange? {
    guard let given = object.value(key) else { return nil }
    let text: String? =
      switch given.content {
      case .string(let text): text
      case .integer(let number): "\(number)"
      default: nil
      }
    if let statuses = text.flatMap({ StatusRange($0) }) { return statuses }
    at(key) { $0.report("is no status", Self.statusRemedy, at: given.position) }
    return nil
  }

  /// The member `key`: statuses, which must be there.
  package mutating func requiredStatuses(
    _ key: String, in object: ConfigurationObject
  ) -> StatusRange? {
    guard object.value(key) != nil else {
      reportMissing(key, in: object, Self.statusRemedy)
      return nil
    }
    return statuses(key, in: object)
  }

  private static let statusRemedy = "Give a status as 404, a class as 5xx, or a range as 500-504."
}

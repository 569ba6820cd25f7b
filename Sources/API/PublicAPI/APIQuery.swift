// The query of a request.

import Control

/// Keys and values of a query. Keys that a route does not know are ignored, as clients send some.
struct APIQuery: Sendable {
  private var values: [String: String] = [:]

  init() {}

  /// What follows the question mark.
  init(_ text: Substring) throws(APIError) {
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let key = Self.decode(sides[0]),
        let value = Self.decode(sides.count == 2 ? sides[1] : "")
      else {
        throw APIError(400, 6_003, "The query is not UTF-8 in percent encoding", at: "query")
      }
      values[key] = value
    }
  }

  /// As forms encode it: a plus is a space.
  private static func decode(_ text: Substring) -> String? {
    ControlTarget.decode(Substring(text.replacing("+", with: "%20")))
  }

  subscript(key: String) -> String? { values[key] }

  /// The whole number at `key`, within `range`.
  func number(_ key: String, usual: Int, _ range: ClosedRange<Int>) throws(APIError) -> Int {
    guard let text = values[key] else { return usual }
    guard let number = Int(text), range.contains(number) else {
      throw APIError(
        400, 1_006,
        "\(key) is \"\(text)\": give a whole number from \(range.lowerBound) to \(range.upperBound)",
        at: key)
    }
    return number
  }

  /// True or false at `key`.
  func flag(_ key: String) throws(APIError) -> Bool? {
    switch values[key] {
    case nil: return nil
    case "true": return true
    case "false": return false
    case .some(let text):
      throw APIError(400, 1_006, "\(key) is \"\(text)\": give true or false", at: key)
    }
  }

  /// One of `choices` at `key`.
  func choice(_ key: String, _ choices: [String]) throws(APIError) -> String? {
    guard let text = values[key] else { return nil }
    guard choices.contains(text) else {
      throw APIError(
        400, 1_006, "\(key) is \"\(text)\": give one of \(choices.joined(separator: ", "))",
        at: key)
    }
    return text
  }
}

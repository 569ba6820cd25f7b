// A request's target, taken apart.

import ConfigurationTree

/// A route and the values of its query.
package struct ControlTarget: Equatable, Sendable {
  package let route: ControlRoute
  package private(set) var query: [String: String] = [:]

  /// The target of an origin-form path with query (RFC 9112 section 3.2.1).
  package init(_ text: String) throws(ControlRefusal) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = parts.first, let route = ControlRoute(path: String(path)) else {
      throw ControlRefusal(
        404, .notFound,
        "There is nothing at this path. The API is at /v1/status, /v1/zones, /v1/zones/NAME/purge, "
          + "/v1/zones/NAME/dnssec, /v1/zones/NAME/health, /v1/accounts, /v1/apply, /v1/ledger, /v1/slow, /v1/cache, /v1/tiers, /v1/store/export, "
          + "/v1/store/check, /v1/upgrade and /v1/stop."
      )
    }
    self.route = route
    guard parts.count == 2 else { return }
    var faults: [ControlFault] = []
    for pair in parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = Self.decode(sides[0]) ?? String(sides[0])
      guard route.queryKeys.contains(key) else {
        faults.append(Self.unknown(key, route))
        continue
      }
      guard let value = Self.decode(sides.count == 2 ? sides[1] : "") else {
        faults.append(
          ControlFault(
            .invalidQuery, "is not UTF-8 in percent encoding. Encode it (RFC 3986 section 2.1).",
            path: key))
        continue
      }
      query[key] = value
    }
    if !faults.isEmpty { throw ControlRefusal(400, faults) }
  }

  /// The whole number at `key` of the query, within `range`; `usual` if there is none.
  package func number(
    _ key: String, usual: Int, _ range: ClosedRange<Int>
  ) throws(ControlRefusal) -> Int {
    guard let text = query[key] else { return usual }
    guard let number = Int(text), range.contains(number) else {
      throw ControlRefusal(
        400, .invalidQuery,
        "is \"\(text)\". Give a whole number from \(range.lowerBound) to \(range.upperBound).",
        path: key)
    }
    return number
  }

  /// True or false at `key` of the query; false if there is none.
  package func flag(_ key: String) throws(ControlRefusal) -> Bool {
    switch query[key] {
    case nil, "false": return false
    case "true": return true
    case .some(let text):
      throw ControlRefusal(400, .invalidQuery, "is \"\(text)\". Write true or false.", path: key)
    }
  }

  /// Text without its percent encoding (RFC 3986 section 2.1); nil if it is broken or no UTF-8.
  package static func decode(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(Substring(rest.prefix(2)))
      guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
        let value = UInt8(digits, radix: 16)
      else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func unknown(_ key: String, _ route: ControlRoute) -> ControlFault {
    let known = route.queryKeys
    let nearest = NearestName.of(key, in: known).map { "Did you mean \($0)?" }
    let list =
      known.isEmpty
      ? "This path takes no query." : "It takes \(known.joined(separator: ", "))."
    return ControlFault(.invalidQuery, "is no known key. \(nearest ?? list)", path: key)
  }
}

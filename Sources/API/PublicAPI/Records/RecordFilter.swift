// Which records a list shows.

import DNS
import Primitives

/// The filters of a list of records, all of which hold, or (`match=any`) one.
struct RecordFilter {
  /// How a text is compared.
  enum Match { case exact, contains, startsWith, endsWith }

  /// A condition on one text of a record.
  struct Condition {
    let part: String
    let match: Match
    let value: String
  }

  private var conditions: [Condition] = []
  private var type: String?
  private var isProxied: Bool?
  private var search: String?
  private var isAny = false

  /// The filters in `query`, for the zone `zone`.
  init(_ query: APIQuery, zone: String) throws(APIError) {
    for part in ["name", "content", "comment"] {
      for (suffix, match) in [
        ("", Match.exact), (".exact", .exact), (".contains", .contains),
        (".startswith", .startsWith), (".endswith", .endsWith),
      ] {
        guard var value = query[part + suffix] else { continue }
        if part == "name" { value = Self.name(value, match, zone) }
        conditions.append(Condition(part: part, match: match, value: value.lowercased()))
      }
    }
    type = query["type"].map { $0.uppercased() }
    isProxied = try query.flag("proxied")
    search = query["search"]?.lowercased()
    isAny = try query.choice("match", ["all", "any"]) == "any"
  }

  /// A name in a filter may have its final dot, and be `@`.
  private static func name(_ text: String, _ match: Match, _ zone: String) -> String {
    if text == "@" { return zone }
    return match != .startsWith && text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  var isEmpty: Bool {
    conditions.isEmpty && type == nil && isProxied == nil && search == nil
  }

  func matches(_ record: DNSRecord) -> Bool {
    if isEmpty { return true }
    var results: [Bool] = []
    if let type { results.append(record.type.description == type) }
    if let isProxied { results.append(record.isProxied == isProxied) }
    for condition in conditions { results.append(Self.holds(condition, record)) }
    if let search {
      let content = RecordContent.shown(record).lowercased()
      results.append(
        record.name.contains(search) || content.contains(search)
          || record.comment.lowercased().contains(search))
    }
    return isAny ? results.contains(true) : !results.contains(false)
  }

  private static func holds(_ condition: Condition, _ record: DNSRecord) -> Bool {
    let text =
      switch condition.part {
      case "name": record.name
      case "content": RecordContent.shown(record).lowercased()
      default: record.comment.lowercased()
      }
    let value = condition.value
    switch condition.match {
    case .exact:
      if text == value { return true }
      guard condition.part == "content" else { return false }
      // Of TXT with or without quotes; of names with or without the final dot.
      return bare(text) == bare(value)
    case .contains: return text.contains(value)
    case .startsWith: return text.hasPrefix(value)
    case .endsWith: return text.hasSuffix(value)
    }
  }

  private static func bare(_ text: String) -> String {
    if text.count > 1, text.hasPrefix("\""), text.hasSuffix("\"") {
      return RecordContent.words(text).joined()
    }
    return text.count > 1 && text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

// Which zones a list shows, and in which order.

/// The filters of a list of zones.
struct ZoneFilter {
  private var name: String?
  /// `contains:`, `starts_with:` and `ends_with:` before the value.
  private var kind = ""
  let status: String?
  let isDescending: Bool

  private static let kinds = ["equal", "contains", "starts_with", "ends_with"]

  init(_ query: APIQuery) throws(APIError) {
    status = try query.choice(
      "status", ["initializing", "pending", "active", "moved"])
    _ = try query.choice("match", ["all", "any"])
    _ = try query.choice(
      "order", ["name", "status", "account.id", "account.name", "plan.id"])
    isDescending = try query.choice("direction", ["asc", "desc"]) == "desc"
    guard var text = query["name"]?.lowercased() else { return }
    if let colon = text.firstIndex(of: ":"), Self.kinds.contains(String(text[..<colon])) {
      kind = String(text[..<colon])
      text = String(text[text.index(after: colon)...])
    }
    name = text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  func matches(_ zone: String) -> Bool {
    guard let name else { return true }
    return switch kind {
    case "contains": zone.contains(name)
    case "starts_with": zone.hasPrefix(name)
    case "ends_with": zone.hasSuffix(name)
    default: zone == name
    }
  }
}

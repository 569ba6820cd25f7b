// The addresses of the API.

/// What a path of the API names, and what can be done with it.
package enum ControlRoute: Equatable, Sendable {
  case status, zones, apply, ledger, slow, cache, tiers, export, check, upgrade, stop
  case zone(name: String)
  case purge(name: String)
  case signing(name: String)
  case health(name: String)
  /// Accounts of customers, and what is below them.
  case customers(path: [String])

  /// The route of a path without its query; nil if nothing is there.
  package init?(path: String) {
    switch path {
    case "/v1/status": self = .status
    case "/v1/zones": self = .zones
    case "/v1/apply": self = .apply
    case "/v1/ledger": self = .ledger
    case "/v1/slow": self = .slow
    case "/v1/cache": self = .cache
    case "/v1/tiers": self = .tiers
    case "/v1/store/export": self = .export
    case "/v1/store/check": self = .check
    case "/v1/upgrade": self = .upgrade
    case "/v1/stop": self = .stop
    case "/v1/accounts": self = .customers(path: [])
    default:
      if let path = Self.customers(path) {
        self = .customers(path: path)
        return
      }
      let prefix = "/v1/zones/"
      guard path.hasPrefix(prefix) else { return nil }
      let rest = path.dropFirst(prefix.count)
      let slash = rest.firstIndex(of: "/") ?? rest.endIndex
      guard let name = ControlTarget.decode(rest[..<slash]), !name.isEmpty, !name.contains("/")
      else { return nil }
      switch rest[slash...] {
      case "": self = .zone(name: name)
      case "/purge": self = .purge(name: name)
      case "/dnssec": self = .signing(name: name)
      case "/health": self = .health(name: name)
      default: return nil
      }
    }
  }

  /// What follows the accounts' prefix; nil if that is not there.
  private static func customers(_ path: String) -> [String]? {
    let prefix = "/v1/accounts/"
    guard path.hasPrefix(prefix) else { return nil }
    var parts: [String] = []
    for part in path.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
    {
      guard let text = ControlTarget.decode(part), !text.isEmpty else { return nil }
      parts.append(text)
    }
    return parts
  }

  /// The methods that the route takes, as the Allow field lists them (RFC 9110 section 10.2.1).
  package var methods: [String] {
    switch self {
    case .status, .zones, .ledger, .slow, .cache, .tiers, .health: ["GET", "HEAD"]
    case .signing: ["GET", "HEAD", "POST"]
    case .customers: ["GET", "HEAD", "POST", "DELETE"]
    case .zone: ["GET", "HEAD", "PUT", "PATCH", "DELETE"]
    case .purge, .apply, .export, .check, .upgrade, .stop: ["POST"]
    }
  }

  /// The keys that the route's query may have.
  package var queryKeys: [String] {
    switch self {
    case .zones: ["after", "limit", "complete"]
    case .ledger: ["zone", "limit"]
    case .slow: ["zone"]
    case .cache: ["url", "method", "fields", "client"]
    case .tiers: ["url"]
    default: []
    }
  }
}

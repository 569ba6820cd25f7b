// Why a request never meets the store.

/// Why a request is passed on, whatever is stored.
enum CacheObstacle: Equatable, Sendable {
  case method
  /// The zone has no cache.
  case disabled
  /// The zone or a rule says so.
  case bypass
  /// It has a cookie of that name.
  case cookie(String)
  case doubtfulPath
  case tooLong

  /// The obstacle's name in the API.
  var code: String {
    switch self {
    case .method: "method"
    case .disabled: "disabled"
    case .bypass: "bypass"
    case .cookie: "cookie"
    case .doubtfulPath: "path"
    case .tooLong: "steps"
    }
  }

  /// A sentence for people.
  var text: String {
    switch self {
    case .method: "Only answers to GET and HEAD are stored."
    case .disabled: "The zone's cache is off (cache.enabled)."
    case .bypass: "The settings pass such requests on (bypass)."
    case .cookie(let name): "The request has the cookie \(name) (bypassCookies)."
    case .doubtfulPath:
      "An origin may take the path for another one, which the zone's rules or lifetimes were not meant for."
    case .tooLong:
      "Telling the request from the zone's patterns, names and languages takes too long."
    }
  }
}

// The keys that a zone's `cache` and its rules share.

package import ConfigurationTree

extension CacheOverrides {
  package static let keys = [
    "bypass", "maximumObjectBytes", "defaultFreshnessSeconds", "edgeSeconds", "browserSeconds",
    "statusSeconds", "everything", "setCookie", "bypassCookies", "checkContentType", "stale", "key",
    "reserve", "serverTiming",
  ]
  private static let staleKeys = [
    "whileRevalidateSeconds", "ifErrorSeconds", "ifUnreachableSeconds",
  ]
  private static let keyKeys = [
    "query", "queryNames", "sortQuery", "fields", "cookies", "deviceType", "language", "country",
  ]
  private static let reserveKeys = ["enabled", "minimumSeconds", "minimumBytes", "when"]
  private static let year = 31_536_000

  /// Takes the settings out of `object`; what is missing or wrong is nil.
  package init(_ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder) {
    self.init()
    let seconds = 0...Self.year
    isBypassed = decoder.bool("bypass", in: object)
    maximumObjectBytes = decoder.integer("maximumObjectBytes", in: object, 0...(1 << 40))
    defaultFreshnessSeconds = decoder.integer("defaultFreshnessSeconds", in: object, seconds)
    edgeSeconds = decoder.integer("edgeSeconds", in: object, seconds)
    browserSeconds = decoder.integer("browserSeconds", in: object, seconds)
    decodeStatuses(object, &decoder)
    ignoresProhibitions = decoder.bool("everything", in: object)
    setCookie = decoder.choice("setCookie", in: object, SetCookiePolicy.self)
    bypassCookies = decoder.names(
      "bypassCookies", in: object, "Give a cookie's name; a star may end it.", star: true)
    checksContentType = decoder.bool("checkContentType", in: object)
    decoder.member("stale", in: object) { value, decoder in
      guard let stale = decoder.object(value, keys: Self.staleKeys) else { return }
      whileRevalidateSeconds = decoder.integer("whileRevalidateSeconds", in: stale, seconds)
      ifErrorSeconds = decoder.integer("ifErrorSeconds", in: stale, seconds)
      ifUnreachableSeconds = decoder.integer("ifUnreachableSeconds", in: stale, seconds)
    }
    decoder.member("key", in: object) { value, decoder in
      guard let key = decoder.object(value, keys: Self.keyKeys) else { return }
      query = decoder.choice("query", in: key, CacheKeySettings.Query.self)
      queryNames = decoder.names(
        "queryNames", in: key, "Give a parameter's name; a star may end it.", star: true)
      sortsQuery = decoder.bool("sortQuery", in: key)
      keyFields = decoder.names(
        "fields", in: key, "Give a request field's name, as Accept-Language.")
      keyCookies = decoder.names("cookies", in: key, "Give a cookie's name.")
      keyDeviceType = decoder.bool("deviceType", in: key)
      keyLanguages = decoder.languages("language", in: key)
      keyCountry = decoder.bool("country", in: key)
    }
    decoder.member("reserve", in: object) { value, decoder in
      guard let reserve = decoder.object(value, keys: Self.reserveKeys) else { return }
      usesReserve = decoder.bool("enabled", in: reserve)
      reserveSeconds = decoder.integer("minimumSeconds", in: reserve, seconds)
      reserveBytes = decoder.integer("minimumBytes", in: reserve, 0...(1 << 40))
      reserveOccasion = decoder.choice("when", in: reserve, ReserveSettings.Occasion.self)
    }
    tellsTimes = decoder.bool("serverTiming", in: object)
  }

  private mutating func decodeStatuses(
    _ object: ConfigurationObject, _ decoder: inout ConfigurationDecoder
  ) {
    var lifetimes: [StatusLifetime] = []
    let isList = decoder.list("statusSeconds", in: object, limit: CacheLimits.statusLifetimes) {
      value, decoder in
      guard let entry = decoder.object(value, keys: ["status", "edgeSeconds", "browserSeconds"])
      else { return }
      let edge = decoder.integer("edgeSeconds", in: entry, 0...Self.year)
      let browser = decoder.integer("browserSeconds", in: entry, 0...Self.year)
      guard let range = decoder.requiredStatuses("status", in: entry) else { return }
      lifetimes.append(
        StatusLifetime(statuses: range.statuses, edgeSeconds: edge, browserSeconds: browser))
    }
    if isList { statusLifetimes = lifetimes }
  }

  /// What is set, as members of a tree.
  package var members: [(String, ConfigurationValue)] {
    var members: [(String, ConfigurationValue?)] = [
      ("bypass", isBypassed.map { .bool($0) }),
      ("maximumObjectBytes", maximumObjectBytes.map { .integer($0) }),
      ("defaultFreshnessSeconds", defaultFreshnessSeconds.map { .integer($0) }),
      ("edgeSeconds", edgeSeconds.map { .integer($0) }),
      ("browserSeconds", browserSeconds.map { .integer($0) }),
      ("statusSeconds", statusLifetimes.map { .array($0.map(Self.tree)) }),
      ("everything", ignoresProhibitions.map { .bool($0) }),
      ("setCookie", setCookie.map { .string($0.rawValue) }),
      ("bypassCookies", bypassCookies.map(Self.tree)),
      ("checkContentType", checksContentType.map { .bool($0) }),
      ("serverTiming", tellsTimes.map { .bool($0) }),
    ]
    let stale: [(String, ConfigurationValue?)] = [
      ("whileRevalidateSeconds", whileRevalidateSeconds.map { .integer($0) }),
      ("ifErrorSeconds", ifErrorSeconds.map { .integer($0) }),
      ("ifUnreachableSeconds", ifUnreachableSeconds.map { .integer($0) }),
    ]
    let key: [(String, ConfigurationValue?)] = [
      ("query", query.map { .string($0.rawValue) }),
      ("queryNames", queryNames.map(Self.tree)),
      ("sortQuery", sortsQuery.map { .bool($0) }),
      ("fields", keyFields.map(Self.tree)),
      ("cookies", keyCookies.map(Self.tree)),
      ("deviceType", keyDeviceType.map { .bool($0) }),
      ("language", keyLanguages.map(Self.tree)),
      ("country", keyCountry.map { .bool($0) }),
    ]
    let reserve: [(String, ConfigurationValue?)] = [
      ("enabled", usesReserve.map { .bool($0) }),
      ("minimumSeconds", reserveSeconds.map { .integer($0) }),
      ("minimumBytes", reserveBytes.map { .integer($0) }),
      ("when", reserveOccasion.map { .string($0.rawValue) }),
    ]
    for (name, group) in [("stale", stale), ("key", key), ("reserve", reserve)] {
      let present = Self.present(group)
      if !present.isEmpty { members.append((name, .object(present))) }
    }
    return Self.present(members)
  }

  private static func present(
    _ members: [(String, ConfigurationValue?)]
  ) -> [(String, ConfigurationValue)] {
    members.compactMap { member in member.1.map { (member.0, $0) } }
  }

  private static func tree(_ texts: [String]) -> ConfigurationValue {
    .array(texts.map { .string($0) })
  }

  private static func tree(_ lifetime: StatusLifetime) -> ConfigurationValue {
    .object(
      present([
        ("status", .string(StatusRange(lifetime.statuses).text)),
        ("edgeSeconds", lifetime.edgeSeconds.map { .integer($0) }),
        ("browserSeconds", lifetime.browserSeconds.map { .integer($0) }),
      ]))
  }
}
